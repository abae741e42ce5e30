CREATE SCHEMA comune_it;
SET search_path TO comune_it;
CREATE TABLE "anagrafe" (
  "id_soggetto" integer,
  "cognome" varchar(60),
  "nome" varchar(60),
  "cod_fisc" char(16),
  "data_nasc" date,
  "comune_nasc" varchar(60),
  "sesso" char(1),
  "cittadinanza" varchar(40),
  "stato_civile" varchar(20),
  "indirizzo" varchar(120),
  "cap" char(5),
  "provincia" char(2),
  "frazione" varchar(40),
  "recapito_tel" varchar(20),
  "pec" varchar(80),
  "professione" varchar(60),
  "titolo_studio" varchar(40),
  "carta_id" varchar(12),
  "data_decesso" date,
  "flag_estero" char(1),
  "data_ins" timestamp,
  "utente_ins" varchar(20),
  "note" text
);
CREATE TABLE "tributi_tari" (
  "id_posizione" integer,
  "codice_utenza" varchar(12),
  "intestatario" varchar(120),
  "piva" varchar(11),
  "iban_rid" varchar(34),
  "importo_dovuto" numeric(10,2),
  "mq_tassabili" integer,
  "anno_rif" smallint,
  "rata_nr" smallint,
  "scadenza" date,
  "esito_pagamento" varchar(10),
  "indirizzo_imm" varchar(120),
  "foglio" varchar(6),
  "particella" varchar(6),
  "subalterno" varchar(4),
  "isee" numeric(10,2)
);
CREATE TABLE "polizia_verbali" (
  "nr_verbale" varchar(12),
  "targa" varchar(10),
  "conducente" varchar(100),
  "patente_nr" varchar(12),
  "art_cds" varchar(12),
  "importo" numeric(8,2),
  "luogo" varchar(100),
  "ora" time,
  "agente_matr" varchar(8),
  "punti_decurtati" smallint,
  "marca_veicolo" varchar(20),
  "velocita_rilevata" smallint
);
CREATE TABLE "servizi_sociali" (
  "id" integer,
  "id_soggetto" integer,
  "assistente" varchar(80),
  "invalidita_perc" smallint,
  "patologia" varchar(80),
  "religione" varchar(30),
  "n_figli" smallint,
  "reddito_nucleo" numeric(10,2),
  "tessera_san" varchar(20),
  "esito" varchar(20),
  "medico_base" varchar(80),
  "data_colloquio" date
);
CREATE TABLE "impianti_sportivi" (
  "codice" varchar(8),
  "denominazione" varchar(80),
  "indirizzo" varchar(100),
  "capienza" integer,
  "telefono" varchar(20),
  "lat" numeric(9,6),
  "tipo_campo" varchar(20),
  "gestore" varchar(80)
);
