CREATE SCHEMA albergo_it;
SET search_path TO albergo_it;
CREATE TABLE "ospiti" (
  "id_ospite" integer,
  "cognome_osp" text,
  "nome_osp" text,
  "nato_il" date,
  "nato_a" text,
  "cf" char(16),
  "tipo_doc" text,
  "num_doc" text,
  "rilasciato_da" text,
  "residenza" text,
  "citta_res" text,
  "prov_res" char(2),
  "cell" text,
  "posta_el" text,
  "targa_auto" text,
  "camera" text,
  "arrivo" date,
  "notti" smallint,
  "tratt" text,
  "carta_cred" text,
  "scad_carta" text,
  "intolleranze" text,
  "vip" boolean,
  "agenzia" text
);
CREATE TABLE "personale" (
  "matr" text,
  "nominativo" text,
  "mansione" text,
  "paga_oraria" numeric(6,2),
  "retrib_lorda" numeric(8,2),
  "iscr_sindacato" boolean,
  "giorni_malattia" smallint,
  "invalidita_perc" smallint,
  "coniuge" text,
  "figli_a_carico" smallint,
  "turno" text,
  "divisa_taglia" text,
  "cod_badge" text
);
