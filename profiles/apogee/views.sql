-- Vues temporaires d'Apogée : ce que les dossiers, les profils d'archivage et la consultation partagent.
-- Trois règles : les codes se comparent sans leurs blancs de fin, d'un côté comme de l'autre (code BETWEEN rtrim(x) AND
-- rtrim(x) suivi de blancs : l'index sert) ; une nomenclature qui aurait un code en double ne multiplie jamais une ligne
-- (sous-requêtes, min) ; un code sans libellé se lit « code inconnu : X », jamais rien.

-- Nomenclatures ------------------------------------------------------------------------------------------------------

CREATE TEMP VIEW v_regime AS
SELECT cod_rgi AS code, rtrim(lib_rgi) AS libelle FROM regime_ins;

CREATE TEMP VIEW v_statut AS
SELECT cod_stu AS code, rtrim(lib_stu) AS libelle FROM statut_etu;

CREATE TEMP VIEW v_profil AS
SELECT cod_pru AS code, rtrim(lib_pru) AS libelle FROM profil_etu;

CREATE TEMP VIEW v_composante AS
SELECT cod_cmp AS code, rtrim(lib_cmp) AS libelle FROM composante;

CREATE TEMP VIEW v_nature_element AS
SELECT cod_nel AS code, rtrim(lib_nel) AS libelle FROM nature_elp;

CREATE TEMP VIEW v_mention AS
SELECT cod_men AS code, rtrim(lib_men) AS libelle FROM mention;

CREATE TEMP VIEW v_type_resultat AS
SELECT cod_tre AS code, rtrim(lib_tre) AS libelle, cod_neg_tre AS sens FROM typ_resultat;

CREATE TEMP VIEW v_type_diplome AS
SELECT cod_tpd_etb AS code, rtrim(lib_tpd) AS libelle, nullif(rtrim(eta_ths_hdr_drt), '') AS troisieme_cycle FROM typ_diplome;

CREATE TEMP VIEW v_mention_bac AS
SELECT cod_mnb AS code, rtrim(lib_mnb) AS libelle FROM mention_niv_bac;

CREATE TEMP VIEW v_serie_bac AS
SELECT cod_bac AS code, rtrim(lib_bac) AS libelle FROM bac_oux_equ;

CREATE TEMP VIEW v_departement AS
SELECT cod_dep AS code, rtrim(lib_dep) AS libelle FROM departement;

CREATE TEMP VIEW v_pays AS
SELECT cod_pay AS code, rtrim(lib_pay) AS libelle, rtrim(lib_nat) AS nationalite FROM pays;

CREATE TEMP VIEW v_role_jury AS
SELECT cod_roj AS code, rtrim(lib_roj) AS libelle FROM role_jury;

CREATE TEMP VIEW v_corps AS
SELECT cod_cps AS code, rtrim(lib_cps) AS libelle FROM corps_per;

CREATE TEMP VIEW v_ecole_doctorale AS
SELECT cod_edo AS code, rtrim(lib_edo) AS libelle FROM ecole_doctorale;

CREATE TEMP VIEW v_blocage AS
SELECT cod_blo AS code, rtrim(lib_blo) AS libelle FROM blocage;

-- Offre de formation -------------------------------------------------------------------------------------------------

-- Libellé de l'étape tel que les usagers le voyaient, sinon celui de l'étape.
CREATE TEMP VIEW v_etape AS
SELECT v.cod_etp, v.cod_vrs_vet, v.cod_cmp,
       coalesce(nullif(rtrim(v.lib_web_vet), ''),
                (SELECT min(rtrim(e.lib_etp)) FROM etape e WHERE e.cod_etp = v.cod_etp)) AS libelle
FROM version_etape v;

CREATE TEMP VIEW v_diplome AS
SELECT v.cod_dip, v.cod_vrs_vdi, v.cod_cmp,
       coalesce(nullif(rtrim(v.lib_web_vdi), ''),
                (SELECT min(rtrim(d.lib_dip)) FROM diplome d WHERE d.cod_dip = v.cod_dip),
                rtrim(v.lic_vdi)) AS libelle,
       nullif(trim(coalesce(v.it1_vdi, '') || ' ' || coalesce(v.it2_vdi, '') || ' ' || coalesce(v.it3_vdi, '')), '')
         AS intitule,
       (SELECT min(d.cod_tpd_etb) FROM diplome d WHERE d.cod_dip = v.cod_dip) AS cod_tpd_etb
FROM version_diplome v;

-- Personnes ----------------------------------------------------------------------------------------------------------

-- Identité d'état civil : lorsqu'un prénom d'usage est déclaré, LIB_PR1_IND et COD_SEX_ETU portent l'usage ; si l'état civil
-- manque alors, il est inconnu, et l'usage n'en tient pas lieu.
CREATE TEMP VIEW v_identite AS
SELECT cod_ind, cod_etu,
       nullif(trim(coalesce(cod_nne_ind, '') || coalesce(cod_cle_nne_ind, '')), '') AS ine,
       nullif(trim(lib_nom_pat_ind), '') AS nom_naissance,
       CASE WHEN trim(lib_nom_usu_ind) IS NOT trim(lib_nom_pat_ind) THEN nullif(trim(lib_nom_usu_ind), '') END
         AS nom_usage,
       CASE WHEN tem_pr_usage = 'O' THEN nullif(trim(lib_pr_eta_civ), '') ELSE nullif(trim(lib_pr1_ind), '') END AS prenom,
       CASE WHEN tem_pr_usage = 'O' THEN nullif(trim(lib_pr1_ind), '') END AS prenom_usage,
       nullif(trim(lib_pr2_ind), '') AS prenom_2,
       nullif(trim(lib_pr3_ind), '') AS prenom_3,
       CASE WHEN tem_pr_usage = 'O' THEN nullif(trim(cod_sex_eta_civ), '') ELSE cod_sex_etu END AS sexe,
       CASE WHEN tem_pr_usage = 'O' AND coalesce(trim(lib_pr_eta_civ), '') = '' AND coalesce(trim(cod_sex_eta_civ), '') = ''
            THEN 'prénom et sexe d''état civil absents de l''application, qui n''a que le prénom d''usage'
            WHEN tem_pr_usage = 'O' AND coalesce(trim(lib_pr_eta_civ), '') = ''
            THEN 'prénom d''état civil absent de l''application, qui n''a que le prénom d''usage'
            WHEN tem_pr_usage = 'O' AND coalesce(trim(cod_sex_eta_civ), '') = '' THEN 'sexe d''état civil absent de l''application'
            END AS reserve_identite,
       -- Là où l'état civil n'est pas annoncé : à défaut, le prénom d'usage.
       CASE WHEN tem_pr_usage = 'O' THEN coalesce(nullif(trim(lib_pr_eta_civ), ''), nullif(trim(lib_pr1_ind), ''))
            ELSE nullif(trim(lib_pr1_ind), '') END AS prenom_connu,
       date_nai_ind AS date_naissance,
       CASE WHEN trim(tem_date_nai_rel) NOT IN ('', 'O') THEN trim(tem_date_nai_rel) END AS nature_date_naissance,
       nullif(trim(lib_vil_nai_etu), '') AS ville_naissance,
       CASE cod_typ_dep_pay_nai
         WHEN 'D' THEN coalesce((SELECT min(libelle) FROM v_departement WHERE code BETWEEN rtrim(cod_dep_pay_nai) AND rtrim(cod_dep_pay_nai) || '          ') || ' ('
                                || rtrim(cod_dep_pay_nai) || ')', 'code inconnu : ' || rtrim(cod_dep_pay_nai))
         WHEN 'P' THEN coalesce((SELECT min(libelle) FROM v_pays WHERE code BETWEEN rtrim(cod_dep_pay_nai) AND rtrim(cod_dep_pay_nai) || '          '),
                                'code inconnu : ' || rtrim(cod_dep_pay_nai))
         ELSE rtrim(cod_dep_pay_nai) END AS departement_pays_naissance,
       coalesce((SELECT min(nationalite) FROM v_pays WHERE code BETWEEN rtrim(cod_pay_nat) AND rtrim(cod_pay_nat) || '          '),
                'code inconnu : ' || rtrim(cod_pay_nat)) AS nationalite,
       daa_ens_sup, daa_etb, cod_anu_srt_ind
FROM individu;

CREATE TEMP VIEW v_personnel AS
SELECT cod_per, cod_cps, cod_etb,
       trim(coalesce(trim(lib_pr1_per), '') || ' ' || coalesce(nullif(trim(lib_nom_usu_per), ''), lib_nom_pat_per, ''))
         AS nom
FROM personnel;

-- Résultats ----------------------------------------------------------------------------------------------------------
-- Un résultat n'est publié que si la délibération de son objet est terminée (état T) et si l'anonymat des copies est
-- levé : l'application cachait les autres. Tous sont gardés, les autres le disent.
-- Les éditions ne retenaient que les lignes d'indicateur « CS », dont le sens n'est pas documenté.

CREATE TEMP VIEW v_resultat_etape AS
SELECT r.cod_ind, r.cod_anu, r.cod_etp, r.cod_vrs_vet, r.cod_ses, r.cod_adm,
       (SELECT e.libelle FROM v_etape e WHERE e.cod_etp = r.cod_etp AND e.cod_vrs_vet = r.cod_vrs_vet LIMIT 1) AS libelle,
       r.not_vet AS note, r.bar_not_vet AS bareme, rtrim(r.not_sub_vet) AS note_substitution,
       r.not_pnt_jur_vet AS points_jury, rtrim(r.cod_tre) AS resultat,
       coalesce((SELECT min(libelle) FROM v_type_resultat WHERE code BETWEEN rtrim(r.cod_tre) AND rtrim(r.cod_tre) || '          '),
                'code inconnu : ' || rtrim(r.cod_tre)) AS resultat_libelle,
       (SELECT min(sens) FROM v_type_resultat WHERE code BETWEEN rtrim(r.cod_tre) AND rtrim(r.cod_tre) || '          ') AS sens,
       coalesce((SELECT min(libelle) FROM v_mention WHERE code BETWEEN rtrim(r.cod_men) AND rtrim(r.cod_men) || '          '),
                'code inconnu : ' || rtrim(r.cod_men)) AS mention,
       r.nbr_rng_etu_vet AS rang,
       (SELECT min(x.nbr_crd_vet) FROM version_etape x WHERE x.cod_etp = r.cod_etp AND x.cod_vrs_vet = r.cod_vrs_vet) AS credits,
       (SELECT g.eta_avc_vet FROM grp_resultat_vet g
        WHERE g.cod_etp = r.cod_etp AND g.cod_vrs_vet = r.cod_vrs_vet AND g.cod_anu = r.cod_anu
          AND g.cod_ses = r.cod_ses AND g.cod_adm = r.cod_adm LIMIT 1) AS etat_deliberation,
       (SELECT substr(g.dat_avc_vet, 1, 10) FROM grp_resultat_vet g
        WHERE g.cod_etp = r.cod_etp AND g.cod_vrs_vet = r.cod_vrs_vet AND g.cod_anu = r.cod_anu
          AND g.cod_ses = r.cod_ses AND g.cod_adm = r.cod_adm LIMIT 1) AS date_deliberation,
       CASE WHEN EXISTS (SELECT 1 FROM grp_resultat_vet g
                         WHERE g.cod_etp = r.cod_etp AND g.cod_vrs_vet = r.cod_vrs_vet AND g.cod_anu = r.cod_anu
                           AND g.cod_ses = r.cod_ses AND g.cod_adm = r.cod_adm AND g.eta_avc_vet = 'T')
             AND NOT EXISTS (SELECT 1 FROM avct_obj_ano a
                             WHERE a.cod_anu = r.cod_anu AND a.typ_obj_aoa = 'VET' AND a.cod_obj_aoa = r.cod_etp
                               AND a.cod_vrs_obj_aoa = r.cod_vrs_vet AND a.cod_ses_obj_aoa = r.cod_ses
                               AND a.cod_adm_obj_aoa = r.cod_adm AND a.eta_ano_obj_aoa = 'V')
            THEN 'publié' ELSE 'résultat non publié' END AS publication,
       (SELECT max(a.eta_ano_obj_aoa) FROM avct_obj_ano a
        WHERE a.cod_anu = r.cod_anu AND a.typ_obj_aoa = 'VET' AND a.cod_obj_aoa = r.cod_etp
          AND a.cod_vrs_obj_aoa = r.cod_vrs_vet AND a.cod_ses_obj_aoa = r.cod_ses
          AND a.cod_adm_obj_aoa = r.cod_adm) AS anonymat,
       r.tem_iae_ko_vet AS inscription,
       CASE WHEN rtrim(r.tem_ind_crn_vet) <> 'CS'
            THEN 'ligne écartée des éditions (indicateur ' || rtrim(r.tem_ind_crn_vet) || ')' END AS reserve
FROM resultat_vet r;

CREATE TEMP VIEW v_resultat_diplome AS
SELECT r.cod_ind, r.cod_anu, r.cod_dip, r.cod_vrs_vdi, r.cod_ses, r.cod_adm,
       (SELECT d.libelle FROM v_diplome d WHERE d.cod_dip = r.cod_dip AND d.cod_vrs_vdi = r.cod_vrs_vdi LIMIT 1)
         AS libelle,
       r.not_vdi AS note, r.bar_not_vdi AS bareme, rtrim(r.not_sub_vdi) AS note_substitution,
       r.not_pnt_jur_vdi AS points_jury, rtrim(r.cod_tre) AS resultat,
       coalesce((SELECT min(libelle) FROM v_type_resultat WHERE code BETWEEN rtrim(r.cod_tre) AND rtrim(r.cod_tre) || '          '),
                'code inconnu : ' || rtrim(r.cod_tre)) AS resultat_libelle,
       (SELECT min(sens) FROM v_type_resultat WHERE code BETWEEN rtrim(r.cod_tre) AND rtrim(r.cod_tre) || '          ') AS sens,
       coalesce((SELECT min(libelle) FROM v_mention WHERE code BETWEEN rtrim(r.cod_men) AND rtrim(r.cod_men) || '          '),
                'code inconnu : ' || rtrim(r.cod_men)) AS mention,
       r.nbr_rng_etu_vdi AS rang,
       (SELECT g.eta_avc_vdi FROM grp_resultat_vdi g
        WHERE g.cod_dip = r.cod_dip AND g.cod_vrs_vdi = r.cod_vrs_vdi AND g.cod_anu = r.cod_anu
          AND g.cod_ses = r.cod_ses AND g.cod_adm = r.cod_adm LIMIT 1) AS etat_deliberation,
       (SELECT substr(g.dat_avc_vdi, 1, 10) FROM grp_resultat_vdi g
        WHERE g.cod_dip = r.cod_dip AND g.cod_vrs_vdi = r.cod_vrs_vdi AND g.cod_anu = r.cod_anu
          AND g.cod_ses = r.cod_ses AND g.cod_adm = r.cod_adm LIMIT 1) AS date_deliberation,
       CASE WHEN EXISTS (SELECT 1 FROM grp_resultat_vdi g
                         WHERE g.cod_dip = r.cod_dip AND g.cod_vrs_vdi = r.cod_vrs_vdi AND g.cod_anu = r.cod_anu
                           AND g.cod_ses = r.cod_ses AND g.cod_adm = r.cod_adm AND g.eta_avc_vdi = 'T')
             AND NOT EXISTS (SELECT 1 FROM avct_obj_ano a
                             WHERE a.cod_anu = r.cod_anu AND a.typ_obj_aoa = 'VDI' AND a.cod_obj_aoa = r.cod_dip
                               AND a.cod_vrs_obj_aoa = r.cod_vrs_vdi AND a.cod_ses_obj_aoa = r.cod_ses
                               AND a.cod_adm_obj_aoa = r.cod_adm AND a.eta_ano_obj_aoa = 'V')
            THEN 'publié' ELSE 'résultat non publié' END AS publication,
       (SELECT max(a.eta_ano_obj_aoa) FROM avct_obj_ano a
        WHERE a.cod_anu = r.cod_anu AND a.typ_obj_aoa = 'VDI' AND a.cod_obj_aoa = r.cod_dip
          AND a.cod_vrs_obj_aoa = r.cod_vrs_vdi AND a.cod_ses_obj_aoa = r.cod_ses
          AND a.cod_adm_obj_aoa = r.cod_adm) AS anonymat,
       r.dat_obt_vdi AS date_obtention, r.num_obt_vdi AS numero_diplome,
       CASE WHEN rtrim(r.tem_ind_crn_vdi) <> 'CS'
            THEN 'ligne écartée des éditions (indicateur ' || rtrim(r.tem_ind_crn_vdi) || ')' END AS reserve
FROM resultat_vdi r;

CREATE TEMP VIEW v_resultat_element AS
SELECT r.cod_ind, r.cod_anu, r.cod_elp, r.cod_ses, r.cod_adm,
       (SELECT min(rtrim(e.lib_elp)) FROM element_pedagogi e WHERE e.cod_elp = r.cod_elp) AS libelle,
       (SELECT min(rtrim(e.cod_nel)) FROM element_pedagogi e WHERE e.cod_elp = r.cod_elp) AS cod_nel,
       (SELECT min(e.nbr_crd_elp) FROM element_pedagogi e WHERE e.cod_elp = r.cod_elp) AS credits,
       r.not_elp AS note, r.bar_not_elp AS bareme, rtrim(r.not_sub_elp) AS note_substitution,
       r.not_pnt_jur_elp AS points_jury, rtrim(r.cod_tre) AS resultat,
       coalesce((SELECT min(libelle) FROM v_type_resultat WHERE code BETWEEN rtrim(r.cod_tre) AND rtrim(r.cod_tre) || '          '),
                'code inconnu : ' || rtrim(r.cod_tre)) AS resultat_libelle,
       (SELECT min(sens) FROM v_type_resultat WHERE code BETWEEN rtrim(r.cod_tre) AND rtrim(r.cod_tre) || '          ') AS sens,
       coalesce((SELECT min(libelle) FROM v_mention WHERE code BETWEEN rtrim(r.cod_men) AND rtrim(r.cod_men) || '          '),
                'code inconnu : ' || rtrim(r.cod_men)) AS mention,
       r.nbr_rng_etu_elp AS rang,
       r.tem_not_rpt_elp AS report,
       (SELECT g.eta_avc_elp FROM grp_resultat_elp g
        WHERE g.cod_elp = r.cod_elp AND g.cod_anu = r.cod_anu AND g.cod_ses = r.cod_ses AND g.cod_adm = r.cod_adm
        LIMIT 1) AS etat_deliberation,
       (SELECT substr(g.dat_avc_elp, 1, 10) FROM grp_resultat_elp g
        WHERE g.cod_elp = r.cod_elp AND g.cod_anu = r.cod_anu AND g.cod_ses = r.cod_ses AND g.cod_adm = r.cod_adm
        LIMIT 1) AS date_deliberation,
       CASE WHEN EXISTS (SELECT 1 FROM grp_resultat_elp g
                         WHERE g.cod_elp = r.cod_elp AND g.cod_anu = r.cod_anu AND g.cod_ses = r.cod_ses
                           AND g.cod_adm = r.cod_adm AND g.eta_avc_elp = 'T')
             AND NOT EXISTS (SELECT 1 FROM avct_obj_ano a
                             WHERE a.cod_anu = r.cod_anu AND a.typ_obj_aoa = 'ELP' AND a.cod_obj_aoa = r.cod_elp
                               AND a.cod_ses_obj_aoa = r.cod_ses AND a.cod_adm_obj_aoa = r.cod_adm
                               AND a.eta_ano_obj_aoa = 'V')
            THEN 'publié' ELSE 'résultat non publié' END AS publication,
       (SELECT max(a.eta_ano_obj_aoa) FROM avct_obj_ano a
        WHERE a.cod_anu = r.cod_anu AND a.typ_obj_aoa = 'ELP' AND a.cod_obj_aoa = r.cod_elp AND a.cod_ses_obj_aoa = r.cod_ses
          AND a.cod_adm_obj_aoa = r.cod_adm) AS anonymat,
       CASE WHEN rtrim(r.tem_ind_crn_elp) <> 'CS'
            THEN 'ligne écartée des éditions (indicateur ' || rtrim(r.tem_ind_crn_elp) || ')' END AS reserve
FROM resultat_elp r;

CREATE TEMP VIEW v_resultat_epreuve AS
SELECT r.cod_ind, r.cod_anu, r.cod_epr, r.cod_ses, r.cod_adm,
       (SELECT min(rtrim(e.lib_epr)) FROM epreuve e WHERE e.cod_epr = r.cod_epr) AS libelle,
       (SELECT group_concat(code, ', ')
        FROM (SELECT DISTINCT rtrim(s.cod_elp) AS code FROM epr_sanctionne_elp s WHERE s.cod_epr = r.cod_epr
              ORDER BY 1)) AS elements,
       r.not_epr AS note, r.bar_not_epr AS bareme, rtrim(r.not_sub_epr) AS note_substitution,
       rtrim(r.cod_tre) AS resultat,
       coalesce((SELECT min(libelle) FROM v_type_resultat WHERE code BETWEEN rtrim(r.cod_tre) AND rtrim(r.cod_tre) || '          '),
                'code inconnu : ' || rtrim(r.cod_tre)) AS resultat_libelle,
       r.tem_not_rpt_epr AS report,
       (SELECT g.eta_avc_epr FROM grp_resultat_epr g
        WHERE g.cod_epr = r.cod_epr AND g.cod_anu = r.cod_anu AND g.cod_ses = r.cod_ses AND g.cod_adm = r.cod_adm
        LIMIT 1) AS etat_deliberation,
       (SELECT substr(g.dat_avc_epr, 1, 10) FROM grp_resultat_epr g
        WHERE g.cod_epr = r.cod_epr AND g.cod_anu = r.cod_anu AND g.cod_ses = r.cod_ses AND g.cod_adm = r.cod_adm
        LIMIT 1) AS date_deliberation,
       CASE WHEN EXISTS (SELECT 1 FROM grp_resultat_epr g
                         WHERE g.cod_epr = r.cod_epr AND g.cod_anu = r.cod_anu AND g.cod_ses = r.cod_ses
                           AND g.cod_adm = r.cod_adm AND g.eta_avc_epr = 'T')
             AND NOT EXISTS (SELECT 1 FROM avct_obj_ano a
                             WHERE a.cod_anu = r.cod_anu AND a.typ_obj_aoa = 'EPR' AND a.cod_obj_aoa = r.cod_epr
                               AND a.cod_ses_obj_aoa = r.cod_ses AND a.cod_adm_obj_aoa = r.cod_adm
                               AND a.eta_ano_obj_aoa = 'V')
            THEN 'publié' ELSE 'résultat non publié' END AS publication,
       (SELECT max(a.eta_ano_obj_aoa) FROM avct_obj_ano a
        WHERE a.cod_anu = r.cod_anu AND a.typ_obj_aoa = 'EPR' AND a.cod_obj_aoa = r.cod_epr AND a.cod_ses_obj_aoa = r.cod_ses
          AND a.cod_adm_obj_aoa = r.cod_adm) AS anonymat,
       CASE WHEN rtrim(r.tem_ind_crn_epr) <> 'CS'
            THEN 'ligne écartée des éditions (indicateur ' || rtrim(r.tem_ind_crn_epr) || ')' END AS reserve
FROM resultat_epr r;

-- Résultats positifs d'admission à un diplôme, publiés ou non.
CREATE TEMP VIEW v_diplome_positif AS
SELECT r.*, CASE WHEN r.date_obtention >= '1900-01-02' AND r.date_obtention < '2100-01-01' THEN substr(r.date_obtention, 1, 10)
                 WHEN r.date_deliberation >= '1900-01-02' AND r.date_deliberation < '2100-01-01' THEN r.date_deliberation
                 END AS jour
FROM v_resultat_diplome r
WHERE r.cod_adm = '1' AND r.sens = '1';

-- Diplômes obtenus : résultat positif d'admission, délibération terminée, anonymat levé. Rien d'autre ne fait un titulaire.
CREATE TEMP VIEW v_diplome_obtenu AS SELECT * FROM v_diplome_positif WHERE publication = 'publié';

-- Positifs que l'application n'a jamais publiés, et que rien de publié ne remplace : ni titulaires, ni oubliés.
CREATE TEMP VIEW v_diplome_non_publie AS
SELECT p.*, CASE WHEN p.etat_deliberation = 'T' THEN 'anonymat encore actif'
                 WHEN p.etat_deliberation = 'E' THEN 'délibération encore modifiable (état E)'
                 WHEN p.etat_deliberation = 'A' THEN 'délibération non terminée (état A)'
                 ELSE 'sans délibération, ou dans un état inconnu' END AS cause
FROM v_diplome_positif p
WHERE p.publication IS NOT 'publié'
  AND NOT EXISTS (SELECT 1 FROM v_diplome_obtenu o
                  WHERE o.cod_ind = p.cod_ind AND o.cod_dip = p.cod_dip AND o.cod_vrs_vdi = p.cod_vrs_vdi AND o.cod_anu = p.cod_anu);

-- Dates d'un dossier -------------------------------------------------------------------------------------------------

-- Années où la personne est réellement inscrite : ni annulée, ni restée en création. Une inscription résiliée compte :
-- elle a existé.
CREATE TEMP VIEW v_annee_inscrite AS
SELECT e.cod_ind, e.cod_anu FROM ins_adm_etp e
WHERE coalesce(rtrim(e.eta_iae), 'E') NOT IN ('A', 'C')
UNION ALL
SELECT a.cod_ind, a.cod_anu FROM ins_adm_anu a
WHERE coalesce(rtrim(a.eta_iaa), 'E') <> 'A'
  AND NOT EXISTS (SELECT 1 FROM ins_adm_etp e WHERE e.cod_anu = a.cod_anu AND e.cod_ind = a.cod_ind);

-- Une ligne par inscription qui a existé : ce qui est annulé ou resté en création n'y est pas ; une inscription annuelle sans
-- aucune étape y est, sans étape.
CREATE TEMP VIEW v_inscrit AS
SELECT e.cod_anu, e.cod_ind, e.cod_etp, e.cod_vrs_vet, e.cod_dip, e.cod_vrs_vdi, e.eta_iae, e.eta_pmt_iae, e.tem_iae_prm,
       e.dat_annul_res_iae,
       (SELECT p.cod_rgi FROM ins_adm_anu p WHERE p.cod_anu = e.cod_anu AND p.cod_ind = e.cod_ind LIMIT 1) AS cod_rgi,
       (SELECT p.cod_stu FROM ins_adm_anu p WHERE p.cod_anu = e.cod_anu AND p.cod_ind = e.cod_ind LIMIT 1) AS cod_stu,
       (SELECT p.eta_iaa FROM ins_adm_anu p WHERE p.cod_anu = e.cod_anu AND p.cod_ind = e.cod_ind LIMIT 1) AS eta_iaa
FROM ins_adm_etp e WHERE coalesce(rtrim(e.eta_iae), 'E') NOT IN ('A', 'C')
UNION ALL
SELECT p.cod_anu, p.cod_ind, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, p.cod_rgi, p.cod_stu, p.eta_iaa
FROM ins_adm_anu p
WHERE coalesce(rtrim(p.eta_iaa), 'E') <> 'A'
  AND NOT EXISTS (SELECT 1 FROM ins_adm_etp e WHERE e.cod_anu = p.cod_anu AND e.cod_ind = p.cod_ind);

-- Dernier jour de l'année universitaire, faute de date dans l'application : celui de tables.xml, ou de local.xml.
CREATE TEMP VIEW v_fin_annee AS SELECT jour FROM v_jour_convenu WHERE nom = 'fin-annee-universitaire';

-- Tout ce qui date un dossier. « fin » marque ce qui peut clore une scolarité : fin de l'année universitaire, délibération, diplôme, soutenance.
CREATE TEMP VIEW v_date_brute AS
SELECT cod_ind, cod_anu || '-09-01' AS jour, 'rentree' AS nature FROM v_annee_inscrite
UNION ALL SELECT cod_ind, (cod_anu + 1) || '-' || (SELECT jour FROM v_fin_annee), 'fin' FROM v_annee_inscrite
UNION ALL SELECT cod_ind, dat_cre_iae, 'piece' FROM ins_adm_etp
UNION ALL SELECT cod_ind, dat_annul_res_iae, 'piece' FROM ins_adm_etp
UNION ALL SELECT r.cod_ind, g.dat_avc_vet, CASE WHEN g.eta_avc_vet IN ('T', 'E') THEN 'fin' ELSE 'piece' END FROM resultat_vet r JOIN grp_resultat_vet g
  ON g.cod_etp = r.cod_etp AND g.cod_vrs_vet = r.cod_vrs_vet AND g.cod_anu = r.cod_anu AND g.cod_ses = r.cod_ses
  AND g.cod_adm = r.cod_adm
UNION ALL SELECT r.cod_ind, g.dat_avc_vdi, CASE WHEN g.eta_avc_vdi IN ('T', 'E') THEN 'fin' ELSE 'piece' END FROM resultat_vdi r JOIN grp_resultat_vdi g
  ON g.cod_dip = r.cod_dip AND g.cod_vrs_vdi = r.cod_vrs_vdi AND g.cod_anu = r.cod_anu AND g.cod_ses = r.cod_ses
  AND g.cod_adm = r.cod_adm
UNION ALL SELECT r.cod_ind, g.dat_avc_elp, CASE WHEN g.eta_avc_elp IN ('T', 'E') THEN 'fin' ELSE 'piece' END FROM resultat_elp r JOIN grp_resultat_elp g
  ON g.cod_elp = r.cod_elp AND g.cod_anu = r.cod_anu AND g.cod_ses = r.cod_ses AND g.cod_adm = r.cod_adm
UNION ALL SELECT r.cod_ind, g.dat_avc_epr, CASE WHEN g.eta_avc_epr IN ('T', 'E') THEN 'fin' ELSE 'piece' END FROM resultat_epr r JOIN grp_resultat_epr g
  ON g.cod_epr = r.cod_epr AND g.cod_anu = r.cod_anu AND g.cod_ses = r.cod_ses AND g.cod_adm = r.cod_adm
UNION ALL SELECT cod_ind, dat_obt_vdi, 'fin' FROM resultat_vdi
UNION ALL SELECT cod_ind, dat_deb_ths, 'piece' FROM these_hdr_sout
UNION ALL SELECT cod_ind, dat_abandon, 'piece' FROM these_hdr_sout
UNION ALL SELECT cod_ind, dat_sou_ths, 'fin' FROM these_hdr_sout WHERE eta_ths = 'S'
UNION ALL SELECT cod_ind, dat_dec_elp_vaa, 'piece' FROM ind_dispense_elp;

-- Les dates de convenance (avant 1900, 2999…) ne datent rien.
CREATE TEMP VIEW v_date AS
SELECT cod_ind, substr(jour, 1, 10) AS jour, nature FROM v_date_brute
WHERE jour >= '1900-01-02' AND jour < '2100-01-01';

-- Jour de l'extraction.
CREATE TEMP VIEW v_extraction AS SELECT substr(value, 1, 10) AS jour FROM versoir_run WHERE key = 'finished';

-- Année à partir de laquelle un étudiant inscrit est encore là : la dernière ouverte, ou la dernière qui a des
-- inscriptions si elle est plus ancienne.
CREATE TEMP VIEW v_annee_courante AS
SELECT min(annee) AS cod_anu FROM (
  SELECT max(cod_anu) AS annee FROM v_annee_inscrite
  UNION ALL SELECT max(cod_anu) FROM annee_uni WHERE eta_anu_iae = 'O');
