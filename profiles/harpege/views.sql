-- Vues temporaires d'Harpège : ce que le dossier de l'agent, le profil d'archivage et la consultation partagent.
-- Les codes se comparent sans leurs blancs de fin, d'un côté comme de l'autre (code BETWEEN rtrim(x) AND rtrim(x) suivi
-- de blancs : l'index sert) ; un code en double ne multiplie jamais une ligne (min) ; un code sans libellé se lit
-- « code inconnu : X ».

-- Nomenclatures ------------------------------------------------------------------------------------------------------

-- ouverture et fermeture : un code repris plus tard pour autre chose garde, à chaque date, le libellé qu'il avait alors. Seuls
-- corps, grades et structures en ont : un autre code n'a qu'un libellé.
CREATE TEMP VIEW v_corps AS
SELECT c_corps AS code, coalesce(nullif(rtrim(ll_corps), ''), rtrim(lc_corps)) AS libelle,
       substr(d_ouverture_corps, 1, 10) AS ouverture, substr(d_fermeture_corps, 1, 10) AS fermeture FROM corps;

CREATE TEMP VIEW v_grade AS
SELECT c_grade AS code, coalesce(nullif(rtrim(ll_grade), ''), rtrim(lc_grade)) AS libelle, substr(d_ouverture, 1, 10) AS ouverture,
       substr(d_fermeture, 1, 10) AS fermeture, nullif(rtrim(echelle), '') AS echelle FROM grade;

CREATE TEMP VIEW v_population AS
SELECT c_type_population AS code, coalesce(nullif(rtrim(ll_type_population), ''), rtrim(lc_type_population)) AS libelle
FROM type_population;

CREATE TEMP VIEW v_type_contrat AS
SELECT c_type_contrat_trav AS code, coalesce(nullif(rtrim(ll_type_contrat_trav), ''), rtrim(lc_type_contrat_trav)) AS libelle
FROM type_contrat_travail;

CREATE TEMP VIEW v_position AS
SELECT c_position AS code, coalesce(nullif(rtrim(ll_position), ''), rtrim(lc_position)) AS libelle, tem_activite,
       tem_detachement FROM position;

CREATE TEMP VIEW v_structure AS
SELECT c_structure AS code, c_structure_pere AS pere, coalesce(nullif(rtrim(ll_structure), ''), rtrim(lc_structure)) AS libelle,
       substr(date_ouverture, 1, 10) AS ouverture, substr(date_fermeture, 1, 10) AS fermeture
FROM structure;

-- L'établissement : souvent sans table à lui, le code UAI se lit alors seul.
CREATE TEMP VIEW v_etablissement AS SELECT c_rne AS code, rtrim(ll_rne) AS libelle FROM rne;

CREATE TEMP VIEW v_type_structure AS SELECT c_type_structure AS code, rtrim(l_type_structure) AS libelle FROM type_structure;

CREATE TEMP VIEW v_fonction AS
SELECT c_fonction, coalesce(nullif(rtrim(ll_fonction), ''), rtrim(lc_fonction)) AS libelle, tem_resp_princ
FROM fonction_structurelle;

CREATE TEMP VIEW v_pays AS
SELECT c_pays AS code, coalesce(nullif(rtrim(ll_pays), ''), rtrim(lc_pays)) AS libelle, rtrim(l_nationalite) AS nationalite
FROM pays;

CREATE TEMP VIEW v_departement AS
SELECT c_departement AS code, coalesce(nullif(rtrim(ll_departement), ''), rtrim(lc_departement)) AS libelle FROM departement;

CREATE TEMP VIEW v_commune AS
SELECT c_commune AS code, rtrim(libelle_commune) AS libelle FROM commune;

-- Personnes ----------------------------------------------------------------------------------------------------------

-- Jour de l'extraction.
CREATE TEMP VIEW v_extraction AS SELECT substr(value, 1, 10) AS jour FROM versoir_run WHERE key = 'finished';

-- Dernier jour où les fiches ont été tenues (dates d'audit) : c'est à cette date qu'un agent est, ou n'est plus, en
-- poste. Une date d'audit postérieure à l'extraction est une erreur et ne compte pas ; sans aucune date, c'est le jour de
-- l'extraction. Lit deux tables entières : pour les requêtes qui ne sont jouées qu'une fois.
CREATE TEMP VIEW v_reference AS
SELECT coalesce(
  (SELECT max(jour) FROM (
     SELECT substr(d_modification, 1, 10) AS jour FROM individu UNION ALL SELECT substr(d_creation, 1, 10) FROM individu
     UNION ALL SELECT substr(d_creation, 1, 10) FROM affectation)
   WHERE NOT jour > coalesce((SELECT jour FROM v_extraction), '2099-12-31')),
  (SELECT substr(max(d_deb_affectation), 1, 10) FROM affectation
   WHERE NOT substr(d_deb_affectation, 1, 10) > coalesce((SELECT jour FROM v_extraction), '2099-12-31')),
  (SELECT jour FROM v_extraction)) AS jour;

-- Une date de naissance de convenance (1900-01-01, 1111-11-11, 9999…), ou postérieure à l'extraction, n'est pas une date
-- de naissance. naissance_sure est
-- un jour connu. naissance_depart fait courir les délais : une naissance connue par l'année ou par le mois seulement vaut
-- le dernier jour de cette période, jamais plus tôt que la vraie. naissance_texte ne dit pas plus que ce que l'on sait.
CREATE TEMP VIEW v_identite AS
SELECT i.no_individu, rtrim(i.c_civilite) AS civilite,
       coalesce(nullif(trim(i.nom_patronymique), ''), nullif(trim(i.nom_usuel), '')) AS nom_naissance,
       CASE WHEN trim(i.nom_patronymique) <> '' AND trim(i.nom_usuel) <> trim(i.nom_patronymique)
            THEN nullif(trim(i.nom_usuel), '') END AS nom_usage,
       nullif(trim(i.prenom), '') AS prenom, nullif(trim(i.prenom2), '') AS prenom_2,
       (SELECT min(c.sexe) FROM civilite c WHERE c.c_civilite BETWEEN rtrim(i.c_civilite) AND rtrim(i.c_civilite) || '     ')
         AS sexe,
       i.d_naissance AS date_naissance,
       CASE WHEN i.d_naissance >= '1900-01-02' AND NOT substr(i.d_naissance, 1, 10) > coalesce((SELECT e.jour FROM v_extraction e), '2099-12-31') AND length(trim(i.d_naissance)) >= 10
            THEN substr(i.d_naissance, 1, 10) END AS naissance_sure,
       CASE WHEN NOT (i.d_naissance >= '1900-01-02' AND NOT substr(i.d_naissance, 1, 10) > coalesce((SELECT e.jour FROM v_extraction e), '2099-12-31')) THEN NULL
            WHEN length(trim(i.d_naissance)) >= 10 THEN substr(i.d_naissance, 1, 10)
            WHEN length(trim(i.d_naissance)) = 7 THEN date(trim(i.d_naissance) || '-01', '+1 month', '-1 day')
            WHEN length(trim(i.d_naissance)) = 4 THEN trim(i.d_naissance) || '-12-31' END AS naissance_depart,
       CASE WHEN NOT (i.d_naissance >= '1900-01-02' AND NOT substr(i.d_naissance, 1, 10) > coalesce((SELECT e.jour FROM v_extraction e), '2099-12-31')) THEN NULL
            WHEN length(trim(i.d_naissance)) >= 10
            THEN 'le ' || substr(i.d_naissance, 9, 2) || '/' || substr(i.d_naissance, 6, 2) || '/' || substr(i.d_naissance, 1, 4)
            WHEN length(trim(i.d_naissance)) = 7 THEN 'en ' || substr(i.d_naissance, 6, 2) || '/' || substr(i.d_naissance, 1, 4)
            WHEN length(trim(i.d_naissance)) = 4 THEN 'en ' || trim(i.d_naissance) END AS naissance_texte,
       coalesce((SELECT min(libelle) FROM v_commune WHERE code BETWEEN rtrim(i.c_commune_naissance) AND rtrim(i.c_commune_naissance) || '     '),
                nullif(trim(i.ville_de_naissance), '')) AS lieu_naissance,
       coalesce((SELECT min(libelle) FROM v_departement WHERE code BETWEEN rtrim(i.c_dept_naissance) AND rtrim(i.c_dept_naissance) || '     ') || ' (' || rtrim(i.c_dept_naissance) || ')',
                'code inconnu : ' || rtrim(i.c_dept_naissance)) AS departement_naissance,
       coalesce((SELECT min(libelle) FROM v_pays WHERE code BETWEEN rtrim(i.c_pays_naissance) AND rtrim(i.c_pays_naissance) || '     '),
                'code inconnu : ' || rtrim(i.c_pays_naissance)) AS pays_naissance,
       coalesce((SELECT min(coalesce(nullif(nationalite, ''), libelle)) FROM v_pays WHERE code BETWEEN rtrim(i.c_pays_nationnalite) AND rtrim(i.c_pays_nationnalite) || '     '),
                'code inconnu : ' || rtrim(i.c_pays_nationnalite)) AS nationalite,
       i.d_deces AS date_deces,
       CASE WHEN i.d_deces >= '1900-01-02' AND NOT substr(i.d_deces, 1, 10) > coalesce((SELECT e.jour FROM v_extraction e), '2099-12-31')
                 AND length(trim(i.d_deces)) >= 10 THEN substr(i.d_deces, 1, 10) END AS deces_sur
FROM individu i;

-- Avenants : la fin exécutée l'emporte sur la fin prévue. Un avenant annulé n'a pas eu lieu.
CREATE TEMP VIEW v_avenant AS
SELECT no_dossier_pers, no_contrat_travail, no_avenant, d_deb_contrat_trav AS debut,
       coalesce(d_fin_execution, d_fin_contrat_trav) AS fin, d_fin_contrat_trav AS fin_prevue, d_fin_execution AS fin_execution,
       coalesce(tem_annulation, 'N') AS annulation
FROM contrat_avenant;

-- Titulaires : une carrière statutaire, hors des populations CA et CC, qui sont des contractuels gérés par une carrière.
-- Une population non renseignée reste une carrière de titulaire : c'est à cela que sert la table.
CREATE TEMP VIEW v_titulaire AS
SELECT DISTINCT no_dossier_pers FROM carriere WHERE coalesce(rtrim(c_type_population), '') NOT IN ('CA', 'CC');

-- Congés et modalités : la fin réelle l'emporte. La nature et les dates, jamais un motif ni un diagnostic. sante : la nature
-- touche ou peut toucher la santé ; ne l'est pas celle que l'on sait étrangère à la santé, un code inconnu l'est.
CREATE TEMP VIEW v_conge AS
SELECT no_dossier_pers, rtrim(c_cge_mod) AS nature,
       CASE WHEN trim(coalesce(c_cge_mod, '')) = ''
              OR rtrim(c_cge_mod) IN ('TEMPS_PARTIEL', 'CESS_PROG_ACTIVITE', 'MAINTIEN_FONCTION', 'RECUL_AGE', 'SURNOMBRE', 'CRCT', 'DELEGATION',
                                      'MISSION', 'CONGE_ADOPTION', 'CONGE_PATERNITE', 'CONGE_FORMATION', 'CONGE_SSTRT', 'CONGE_BONIFIE', 'MAD')
            THEN 0 ELSE 1 END AS sante, d_deb_cge_mod AS debut,
       coalesce(d_fin_exe_cge_mod, d_fin_cge_mod) AS fin, d_fin_cge_mod AS fin_prevue, _row FROM cge_mod_agt;

-- Ce que l'application prouve de services : segments de carrière et avenants qui n'ont pas été annulés. voie distingue les
-- services : les avenants d'un même contrat n'en font qu'un. apres est le lendemain du dernier jour, 9999-12-31 si les
-- services courent encore. Une période aux dates impossibles n'est pas un service ; l'état des services la compte à part.
CREATE TEMP VIEW v_service_brut AS
SELECT c.no_dossier_pers, 'carrière ' || c.no_seq_carriere AS voie,
       coalesce('carrière : ' || coalesce((SELECT min(libelle) FROM v_population WHERE code BETWEEN rtrim(c.c_type_population) AND rtrim(c.c_type_population) || '     '),
                                          'code inconnu : ' || rtrim(c.c_type_population)), 'carrière : population non renseignée') AS titre,
       substr(c.d_deb_carriere, 1, 10) AS debut, substr(c.d_fin_carriere, 1, 10) AS fin
FROM carriere c
UNION ALL
SELECT a.no_dossier_pers, 'contrat ' || a.no_contrat_travail,
       'contrat n° ' || a.no_contrat_travail
         || coalesce((SELECT ' : ' || coalesce((SELECT min(libelle) FROM v_type_contrat WHERE code BETWEEN rtrim(t.c_type_contrat_trav) AND rtrim(t.c_type_contrat_trav) || '     '),
                                               'code inconnu : ' || rtrim(t.c_type_contrat_trav))
                      FROM contrat_travail t
                      WHERE t.no_dossier_pers = a.no_dossier_pers AND t.no_contrat_travail = a.no_contrat_travail LIMIT 1), ''),
       substr(a.debut, 1, 10), substr(a.fin, 1, 10)
FROM v_avenant a WHERE a.annulation IS NOT 'O';

CREATE TEMP VIEW v_service AS
SELECT no_dossier_pers, voie, titre, debut,
       CASE WHEN fin IS NULL OR fin >= '2100-01-01' THEN '9999-12-31' ELSE date(fin, '+1 day') END AS apres
FROM v_service_brut WHERE debut >= '1900-01-02' AND '2100-01-01' > debut AND (fin IS NULL OR fin >= debut);

-- Positions et modalités qui changent ce que valent les services ; la nature d'un congé de santé n'y est pas.
CREATE TEMP VIEW v_situation AS
SELECT p.no_dossier_pers, 'position' AS nature,
       coalesce((SELECT min(libelle) FROM v_position WHERE code BETWEEN rtrim(p.c_position) AND rtrim(p.c_position) || '     '),
                'code inconnu : ' || rtrim(p.c_position)) AS titre,
       (SELECT min(tem_activite) FROM v_position WHERE code BETWEEN rtrim(p.c_position) AND rtrim(p.c_position) || '     ') AS activite,
       (SELECT max(tem_detachement) FROM v_position WHERE code BETWEEN rtrim(p.c_position) AND rtrim(p.c_position) || '     ') AS detachement,
       substr(p.d_deb_position, 1, 10) AS debut,
       CASE WHEN p.d_fin_position IS NULL OR p.d_fin_position >= '2100-01-01' THEN '9999-12-31'
            ELSE date(substr(p.d_fin_position, 1, 10), '+1 day') END AS apres
FROM changement_position p WHERE p.d_deb_position >= '1900-01-02' AND '2100-01-01' > p.d_deb_position
UNION ALL
SELECT g.no_dossier_pers, 'modalite', CASE g.nature WHEN 'TEMPS_PARTIEL' THEN 'temps partiel' ELSE 'cessation progressive d''activité' END,
       NULL, NULL, substr(g.debut, 1, 10),
       CASE WHEN g.fin IS NULL OR g.fin >= '2100-01-01' THEN '9999-12-31' ELSE date(substr(g.fin, 1, 10), '+1 day') END
FROM v_conge g
WHERE g.nature IN ('TEMPS_PARTIEL', 'CESS_PROG_ACTIVITE') AND g.debut >= '1900-01-02' AND '2100-01-01' > g.debut;

-- Tout ce qui date un dossier. Les lignes annulées datent aussi : elles y sont.
CREATE TEMP VIEW v_date_brute AS
SELECT no_dossier_pers, d_deb_carriere AS jour, 'service' AS nature FROM carriere
UNION ALL SELECT no_dossier_pers, d_fin_carriere, 'service' FROM carriere
UNION ALL SELECT no_dossier_pers, d_effet_element, 'piece' FROM element_carriere
UNION ALL SELECT no_dossier_pers, d_fin_element, 'piece' FROM element_carriere
UNION ALL SELECT no_dossier_pers, d_annulation, 'piece' FROM element_carriere
UNION ALL SELECT no_dossier_pers, d_deb_position, 'piece' FROM changement_position
UNION ALL SELECT no_dossier_pers, d_fin_position, 'piece' FROM changement_position
UNION ALL SELECT no_dossier_pers, debut, CASE annulation WHEN 'O' THEN 'piece' ELSE 'service' END FROM v_avenant
UNION ALL SELECT no_dossier_pers, fin, CASE annulation WHEN 'O' THEN 'piece' ELSE 'service' END FROM v_avenant
UNION ALL SELECT no_dossier_pers, d_deb_affectation, 'piece' FROM affectation
UNION ALL SELECT no_dossier_pers, d_fin_affectation, 'piece' FROM affectation
UNION ALL SELECT no_dossier_pers, d_deb_occupation, 'piece' FROM occupation
UNION ALL SELECT no_dossier_pers, d_fin_occupation, 'piece' FROM occupation
UNION ALL SELECT no_dossier_pers, dt_deb_exerc_resp, 'piece' FROM individu_fonct_struct
UNION ALL SELECT no_dossier_pers, dt_fin_exerc_resp, 'piece' FROM individu_fonct_struct
UNION ALL SELECT no_dossier_pers, debut, 'piece' FROM v_conge
UNION ALL SELECT no_dossier_pers, fin, 'piece' FROM v_conge
UNION ALL SELECT no_dossier_pers, d_deb_stage, 'piece' FROM stage
UNION ALL SELECT no_dossier_pers, d_fin_stage, 'piece' FROM stage
UNION ALL SELECT no_dossier_pers, date_titularisation, 'piece' FROM stage
UNION ALL SELECT no_dossier_pers, d_deb_passe, 'piece' FROM passe
UNION ALL SELECT no_dossier_pers, d_fin_passe, 'piece' FROM passe
UNION ALL SELECT no_dossier_pers, d_deb_validation, 'piece' FROM validation_services
UNION ALL SELECT no_dossier_pers, d_fin_validation, 'piece' FROM validation_services
UNION ALL SELECT no_dossier_pers, d_validation, 'piece' FROM validation_services
UNION ALL SELECT no_dossier_pers, d_effet_depart, 'piece' FROM depart
UNION ALL SELECT no_dossier_pers, d_deb_affe_rech, 'piece' FROM affectation_recherche
UNION ALL SELECT no_dossier_pers, d_fin_affe_rech, 'piece' FROM affectation_recherche
UNION ALL SELECT no_individu, d_deb_str_trav, 'piece' FROM chercheur
UNION ALL SELECT no_individu, d_fin_str_trav, 'piece' FROM chercheur
UNION ALL SELECT no_individu, d_deces, 'piece' FROM individu;

-- Les dates de convenance (avant 1900, 9999…) ne datent rien.
CREATE TEMP VIEW v_date AS
SELECT no_dossier_pers, substr(jour, 1, 10) AS jour, nature FROM v_date_brute
WHERE jour >= '1900-01-02' AND '2100-01-01' > jour;

-- Structures et emplois -----------------------------------------------------------------------------------------------

-- Lit toute la table des postes : pour les requêtes qui ne sont jouées qu'une fois.
CREATE TEMP VIEW v_poste_sans_structure AS
SELECT p.no_poste FROM poste p
WHERE NOT EXISTS (SELECT 1 FROM occupation o
                  JOIN affectation a ON a.no_dossier_pers = o.no_dossier_pers AND a.no_occupation = o.no_occupation
                  WHERE o.no_poste = p.no_poste AND trim(a.c_structure) <> '');

CREATE TEMP VIEW v_date_structure_brute AS
SELECT c_structure AS code, date_ouverture AS jour FROM structure
UNION ALL SELECT c_structure, date_fermeture FROM structure
UNION ALL SELECT c_structure, date_decision FROM structure
UNION ALL SELECT c_structure, d_deb_affectation FROM affectation
UNION ALL SELECT c_structure, d_fin_affectation FROM affectation;

-- Une fin prévue après l'extraction ne date rien : la pièce s'arrête à ce que l'application savait.
CREATE TEMP VIEW v_date_structure AS
SELECT code, substr(jour, 1, 10) AS jour FROM v_date_structure_brute
WHERE jour >= '1900-01-02' AND NOT substr(v_date_structure_brute.jour, 1, 10) > coalesce((SELECT e.jour FROM v_extraction e), '2099-12-31');
