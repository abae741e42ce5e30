CREATE SCHEMA greffe_fr;
SET search_path TO greffe_fr;
CREATE TABLE "justiciable" (
  "id" integer,
  "nom" text,
  "prenoms" text,
  "nom_epouse" text,
  "ne_le" date,
  "lieu_naiss" text,
  "filiation_pere" text,
  "filiation_mere" text,
  "domicile" text,
  "tel_fixe" text,
  "gsm" text,
  "mel" text,
  "casier_b2" boolean,
  "condamnations" text,
  "num_permis" text,
  "immat" text,
  "num_ecrou" text,
  "parti_politique" text,
  "avocat" text,
  "toque" text,
  "aj_totale" boolean,
  "juridiction" text,
  "num_rg" text,
  "dt_audience" timestamp
);
