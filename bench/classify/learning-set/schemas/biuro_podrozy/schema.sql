CREATE SCHEMA biuro_podrozy;
SET search_path TO biuro_podrozy;
CREATE TABLE "klient" (
  "id" integer,
  "im_naz" text,
  "d_ur" date,
  "obywatelstwo" text,
  "nr_paszportu" text,
  "paszport_wazny_do" date,
  "adr_koresp" text,
  "kontakt_tel" text,
  "dieta" text,
  "choroby_przewlekle" text,
  "osoba_kontakt" text,
  "zgoda_marketing" boolean,
  "nr_karty" text,
  "opiekun_klienta" text,
  "wplacono" numeric(9,2),
  "nr_umowy" text,
  "zrodlo" text,
  "uwagi" text
);
CREATE TABLE "wycieczka" (
  "kod" text,
  "nazwa" text,
  "miasto_wylotu" text,
  "pilot" text,
  "tel_pilota" text,
  "cena_od" numeric(8,2),
  "liczba_miejsc" smallint,
  "wiek_min" smallint,
  "hotel" text,
  "bagaz_kg" smallint,
  "wyzywienie" text
);
