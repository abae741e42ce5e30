CREATE SCHEMA energetyka;
SET search_path TO energetyka;
CREATE TABLE "odbiorca" (
  "id_odb" bigint,
  "nr_klienta" varchar(12),
  "imie" varchar(30),
  "nazwisko" varchar(40),
  "nazwisko_rod" varchar(40),
  "imie_ojca" varchar(30),
  "pesel" char(11),
  "seria_nr_dowodu" char(9),
  "ul" varchar(40),
  "nr_domu" varchar(6),
  "nr_lok" varchar(6),
  "kod_poczt" char(6),
  "miejscowosc" varchar(40),
  "gmina" varchar(40),
  "woj" varchar(25),
  "tel_kom" varchar(15),
  "tel_stac" varchar(15),
  "adres_email" varchar(60),
  "nr_rach_bank" varchar(34),
  "wdowiec" boolean,
  "grupa_inwalidzka" varchar(10),
  "data_zalozenia" date,
  "uwagi" text
);
CREATE TABLE "licznik" (
  "nr_fabr" varchar(12),
  "typ" varchar(10),
  "moc_umowna" numeric(6,2),
  "stan_biezacy" integer,
  "data_leg" date,
  "taryfa" char(4),
  "ppe" char(18),
  "inkasent" varchar(50),
  "wiek_licznika" smallint,
  "wsp_szer" numeric(9,6),
  "wsp_dlug" numeric(9,6),
  "producent" varchar(30)
);
CREATE TABLE "uzytkownik" (
  "login" varchar(20),
  "haslo" varchar(60),
  "sol" char(16),
  "ost_logow" timestamp,
  "ost_adres_ip" varchar(15),
  "stanowisko" varchar(30),
  "pensja_brutto" numeric(9,2),
  "zablokowany" boolean,
  "liczba_prob" smallint,
  "rola" varchar(12)
);
