CREATE TEMP VIEW annee_licence AS SELECT num_lic, num_mem, saison, sport FROM licence;
