CREATE SCHEMA przychodnia;
SET search_path TO przychodnia;
CREATE TABLE "pacjenci" (
  "id_pacjenta" integer,
  "imie" varchar(40),
  "drugie_imie" varchar(40),
  "nazwisko" varchar(60),
  "nazwisko_panienskie" varchar(60),
  "pesel" char(11),
  "data_ur" date,
  "plec" char(1),
  "tel_kom" varchar(16),
  "e_mail" varchar(80),
  "ulica" varchar(60),
  "nr_domu" varchar(8),
  "nr_lokalu" varchar(8),
  "kod_poczt" char(6),
  "miejscowosc" varchar(50),
  "wojewodztwo" varchar(30),
  "nr_ubezp" varchar(20),
  "grupa_krwi" varchar(6),
  "uczulenia" text,
  "osoba_upow" varchar(80),
  "tel_osoby_upow" varchar(16),
  "stopien_pokrewienstwa" varchar(20),
  "zgoda_rodo" boolean,
  "data_zapisu" date,
  "zgon" date,
  "uwagi" text
);
CREATE TABLE "wizyty" (
  "id_wizyty" integer,
  "id_pacjenta" integer,
  "termin" timestamp,
  "lekarz" varchar(80),
  "pwz_lekarza" char(7),
  "rozpoznanie" varchar(10),
  "wywiad" text,
  "cisnienie" varchar(8),
  "waga" numeric(5,1),
  "wzrost" smallint,
  "przepisane_leki" text,
  "gabinet" varchar(6),
  "status" varchar(10),
  "kwota" numeric(8,2),
  "nr_recepty" varchar(22),
  "zwolnienie_od" date
);
CREATE TABLE "pracownicy" (
  "id" integer,
  "nazwisko_imie" varchar(80),
  "login" varchar(20),
  "haslo" varchar(64),
  "stanowisko" varchar(40),
  "wynagrodzenie" numeric(9,2),
  "nr_konta" varchar(34),
  "nip" varchar(10),
  "data_zatr" date,
  "nr_legitymacji" varchar(10),
  "aktywny" boolean,
  "zwiazek_zaw" boolean
);
CREATE TABLE "slownik_lekow" (
  "kod_ean" char(13),
  "nazwa" varchar(60),
  "dawka" varchar(10),
  "producent" varchar(60),
  "refundacja" boolean,
  "cena" numeric(7,2),
  "kod_atc" varchar(8)
);
