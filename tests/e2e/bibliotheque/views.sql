CREATE TEMP VIEW v_dernier AS
SELECT no_lecteur, min(sorti) AS debut, max(coalesce(rendu, sorti)) AS fin FROM pret GROUP BY no_lecteur;
