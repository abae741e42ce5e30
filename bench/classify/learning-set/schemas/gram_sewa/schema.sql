CREATE SCHEMA gram_sewa;
SET search_path TO gram_sewa;
CREATE TABLE "labharthi" (
  "kramank" integer,
  "naam" text,
  "pita_ka_naam" text,
  "mata_ka_naam" text,
  "janm_tithi" date,
  "ling" text,
  "jati" text,
  "dharm" text,
  "aadhar_no" text,
  "ration_card_sankhya" text,
  "mobile_sankhya" text,
  "gaon" text,
  "jila" text,
  "pin" char(6),
  "bank_khata" text,
  "ifsc" text,
  "varshik_aay" integer,
  "viklang" boolean,
  "sthiti" text,
  "panjikaran_dinank" date
);
