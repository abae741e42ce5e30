CREATE SCHEMA telco_nl;
SET search_path TO telco_nl;
CREATE TABLE "klant" (
  "klant_id" bigint,
  "klantnr" varchar(12),
  "voorletters" varchar(8),
  "tussenvoegsel" varchar(10),
  "achternaam" varchar(40),
  "geb_datum" date,
  "bsn" char(9),
  "straat" varchar(50),
  "huisnr" varchar(6),
  "toev" varchar(6),
  "postcode" varchar(7),
  "woonplaats" varchar(40),
  "mobiel" varchar(16),
  "emailadres" varchar(80),
  "rekeningnr" varchar(34),
  "legitimatie_nr" varchar(12),
  "legitimatie_soort" varchar(12),
  "krediet_score" smallint,
  "voorkeuren" jsonb,
  "contactpersoon" jsonb,
  "opzegreden" varchar(40),
  "aangemaakt_op" timestamp,
  "zakelijk_jn" char(1),
  "segment" varchar(10)
);
CREATE TABLE "simkaart" (
  "sim_id" bigint,
  "iccid" char(19),
  "imsi" char(15),
  "msisdn" varchar(15),
  "puk" char(8),
  "toestel_imei" char(15),
  "toestel_model" varchar(30),
  "apn" varchar(20),
  "data_mb" integer,
  "laatste_cel" varchar(20),
  "geactiveerd" boolean
);
CREATE TABLE "gesprek" (
  "id" bigint,
  "a_nummer" varchar(15),
  "b_nummer" varchar(15),
  "begintijd" timestamp,
  "duur_sec" integer,
  "kosten" numeric(8,4),
  "zone" varchar(6),
  "bron_ip" inet,
  "mast_lat" numeric(9,6)
);
CREATE TABLE "storing" (
  "nr" varchar(10),
  "melder" varchar(60),
  "omschrijving" text,
  "monteur" varchar(60),
  "wijkcentrale" varchar(20),
  "status" varchar(10)
);
