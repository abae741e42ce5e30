CREATE SCHEMA apteka_ru;
SET search_path TO apteka_ru;
CREATE TABLE "pokupatel" (
  "kod" integer,
  "familiya" varchar(40),
  "imya" varchar(40),
  "otchestvo" varchar(40),
  "data_rozhd" date,
  "pol" char(1),
  "ser_pasporta" char(5),
  "nom_pasporta" char(6),
  "kem_vydan" varchar(60),
  "snils" char(14),
  "polis_oms" char(16),
  "telefon_mob" varchar(18),
  "el_pochta" varchar(60),
  "adres_prozh" varchar(100),
  "indeks" char(6),
  "diagnoz_mkb" varchar(6),
  "skidka_proc" smallint,
  "nomer_karty_loyal" varchar(12),
  "sem_polozh" varchar(12),
  "data_sozd" timestamp
);
CREATE TABLE "tovar" (
  "artikul" varchar(10),
  "naimenovanie" varchar(60),
  "seriya" varchar(10),
  "srok_godnosti" date,
  "cena" numeric(8,2),
  "kolichestvo" integer,
  "ves_gr" integer,
  "shtrih_kod" char(13),
  "strana" varchar(20),
  "recept" boolean
);
