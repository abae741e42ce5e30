CREATE SCHEMA vers_bestand;
SET search_path TO vers_bestand;
CREATE TABLE "PARTNER" (
  "PARTNR" char(10),
  "ANRKZ" char(1),
  "TITEL" varchar(10),
  "VORNAM" varchar(30),
  "NACHNAM" varchar(40),
  "GEBNAM" varchar(40),
  "GEBDAT" char(8),
  "STRHNR" varchar(60),
  "PLZORT" varchar(60),
  "LKZ" char(3),
  "TELPRIV" varchar(20),
  "TELGES" varchar(20),
  "MOBILNR" varchar(20),
  "EMAILADR" varchar(80),
  "FAMSTD" char(2),
  "BERUF" varchar(40),
  "RAUCHKZ" char(1),
  "STIDNR" char(11),
  "ANLDAT" char(8),
  "AENDUSR" char(8),
  "STATKZ" char(1),
  "MDNR" char(3)
);
CREATE TABLE "VERTRAG" (
  "VSNR" char(12),
  "PARTNR" char(10),
  "SPARTE" char(3),
  "BEGDAT" date,
  "ABLDAT" date,
  "JBEITR" numeric(9,2),
  "ZAHLWEI" char(1),
  "IBANEZ" varchar(34),
  "KTOINH" varchar(60),
  "BEZBER" varchar(60),
  "VERMNR" char(6),
  "AMTLKZ" varchar(12),
  "FIN" char(17),
  "SFKL" char(3),
  "TARIF" char(4),
  "BEMTXT" varchar(400)
);
CREATE TABLE "SCHADEN" (
  "SCHNR" char(11),
  "SCHDAT" date,
  "SCHORT" varchar(40),
  "GESCHNAM" varchar(60),
  "DIAGSCHL" varchar(8),
  "ZAHLBTR" numeric(11,2),
  "SACHBEA" varchar(8),
  "GUTACHTER" varchar(60),
  "URSKZ" char(2),
  "WERKSTATT" varchar(60),
  "SCHBESCHR" text
);
