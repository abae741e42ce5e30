CREATE SCHEMA airline_ops;
SET search_path TO airline_ops;
CREATE TABLE "PAXMST" (
  "PAX_SEQ" integer,
  "PNR_LOC" char(6),
  "PAX_SURNM" varchar(40),
  "PAX_FRSTNM" varchar(40),
  "PAX_TTL" varchar(4),
  "PAX_TYP_CD" char(3),
  "BRTH_DT" char(8),
  "NATLTY_CD" char(3),
  "TRVL_DOC_NBR" varchar(12),
  "TRVL_DOC_TYP" char(1),
  "DOC_EXP_DT" date,
  "DOC_ISS_CTRY" char(3),
  "FF_NBR" varchar(12),
  "FF_TIER" char(1),
  "CNTCT_PH" varchar(20),
  "CNTCT_EML" varchar(80),
  "MEAL_PREF" char(4),
  "SSR_WCHR" char(4),
  "SEAT_NBR" char(4),
  "BAG_TAG" char(10),
  "DEST_ARPT" char(3),
  "CRT_TS" timestamp
);
CREATE TABLE "TKTPMT" (
  "TKT_NBR" char(13),
  "FOP_CD" char(2),
  "CC_NBR" varchar(19),
  "CC_EXP" char(4),
  "CC_HLDR" varchar(40),
  "CC_TYP" char(2),
  "BLG_ADDR" varchar(60),
  "BLG_ZIP" varchar(10),
  "BLG_CTY" varchar(40),
  "BLG_ST" char(2),
  "AGT_SINE" char(6),
  "IATA_NBR" char(8),
  "FARE_AMT" numeric(9,2),
  "TAX_AMT" numeric(9,2),
  "CURR_CD" char(3),
  "AUTH_CD" char(6)
);
CREATE TABLE "CREW" (
  "CREW_ID" char(6),
  "CREW_NM" varchar(60),
  "LIC_NBR" varchar(12),
  "MED_CERT_CLS" char(1),
  "MED_EXP_DT" date,
  "HOME_BASE" char(3),
  "RANK_CD" char(3),
  "SENIORITY" smallint,
  "HRLY_RT" numeric(7,2),
  "UNION_IND" char(1),
  "EMRG_CTC_NM" varchar(40),
  "EMRG_CTC_TEL" varchar(20),
  "DRUG_TST_RSLT" char(3),
  "SIM_TRNG_DT" date
);
CREATE TABLE "FLTLEG" (
  "FLT_NBR" char(6),
  "TAIL_NBR" char(6),
  "PAX_CNT" smallint,
  "DEP_GATE" char(4),
  "FUEL_WT" integer,
  "CARGO_WT_KG" integer,
  "CRUISE_ALT_FT" integer,
  "ORIG_LAT" numeric(8,5),
  "ACFT_REG_STATE" varchar(10),
  "DLY_RSN_TXT" varchar(60)
);
