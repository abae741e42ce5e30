CREATE SCHEMA verein;
SET search_path TO verein;
CREATE TABLE "mitglied" (
  "mitgl_nr" integer,
  "anrede" varchar(5),
  "nachn" varchar(40),
  "vorn" varchar(40),
  "gebtag" date,
  "gebort" varchar(40),
  "str" varchar(50),
  "hnr" varchar(5),
  "plz" char(5),
  "wohnort" varchar(40),
  "handy" varchar(20),
  "festnetz" varchar(20),
  "mail_privat" varchar(60),
  "erz_berechtigter" varchar(60),
  "kontoverbindung" varchar(34),
  "kontoinhaber" varchar(60),
  "mandatsref" varchar(20),
  "beitragsklasse" varchar(10),
  "sportart" varchar(20),
  "attest_bis" date,
  "vorerkrankungen" text,
  "konfession" varchar(12),
  "eintritt" date,
  "bild" bytea
);
CREATE TABLE "trainer_abrechnung" (
  "lfd_nr" integer,
  "uebungsleiter" varchar(60),
  "lizenz_nr" varchar(12),
  "steuer_id" char(11),
  "stundensatz" numeric(6,2),
  "std_monat" numeric(5,1),
  "auszahlung" numeric(8,2),
  "fzg_kennz" varchar(12),
  "fz_fuehrungszeugnis" boolean,
  "bemerkung" text,
  "geaendert_von" varchar(20)
);
CREATE TABLE "geraete" (
  "inv_nr" varchar(10),
  "bezeichnung" varchar(40),
  "hersteller" varchar(30),
  "gewicht_kg" numeric(6,1),
  "alter_jahre" smallint,
  "standort" varchar(20),
  "hoehe_cm" integer,
  "kaufdatum" date,
  "lieferant_tel" varchar(20),
  "zustand" varchar(10)
);
