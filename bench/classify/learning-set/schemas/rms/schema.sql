CREATE SCHEMA rms;
SET search_path TO rms;
CREATE TABLE "PERSMST" (
  "PERS_ID" integer,
  "LNAME" varchar(30),
  "FNAME" varchar(30),
  "MI" char(1),
  "ALIAS_NM" varchar(40),
  "DOB" date,
  "SEX" char(1),
  "RACE" char(1),
  "HT_IN" smallint,
  "WT_LBS" smallint,
  "EYE_CLR" char(3),
  "SMT" varchar(60),
  "OLN" varchar(12),
  "OLN_ST" char(2),
  "SSN" char(11),
  "FBI_NBR" varchar(9),
  "RES_ADDR" varchar(60),
  "RES_CITY" varchar(30),
  "RES_ZIP" char(5),
  "PH_NBR" varchar(14),
  "GANG_AFFL" varchar(20),
  "UPD_OPER" char(6),
  "UPD_DT" date
);
CREATE TABLE "INCIDENT" (
  "INC_NBR" char(10),
  "OFFNS_CD" char(4),
  "RPT_DTTM" timestamp,
  "LOC_ADDR" varchar(60),
  "BEAT" char(3),
  "VICTIM_NM" varchar(40),
  "SUSP_DESC" varchar(80),
  "VEH_PLATE" varchar(8),
  "VEH_VIN" char(17),
  "BADGE_NBR" char(5),
  "WEAPON_TYP" varchar(10),
  "DISPO_CD" char(2),
  "NARR" text
);
