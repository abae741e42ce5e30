CREATE SCHEMA rh_groupe;
SET search_path TO rh_groupe;
CREATE TABLE "salarie" (
  "id_salarie" integer,
  "matricule" varchar(10),
  "civilite" varchar(4),
  "nom_usage" varchar(40),
  "nom_naissance" varchar(40),
  "prenom" varchar(40),
  "date_naissance" date,
  "commune_naissance" varchar(50),
  "num_secu" char(15),
  "nationalite" varchar(30),
  "sit_fam" varchar(20),
  "nb_enfants" smallint,
  "adresse_ligne1" varchar(80),
  "code_postal" char(5),
  "ville" varchar(50),
  "tel_portable" varchar(20),
  "courriel_pro" varchar(80),
  "rib_iban" varchar(34),
  "bic" varchar(11),
  "poste" varchar(50),
  "salaire_base" numeric(9,2),
  "coefficient" smallint,
  "date_entree" date,
  "date_sortie" date,
  "site" varchar(20),
  "rqth" boolean,
  "syndique" boolean,
  "photo_badge" bytea,
  "temps_partiel" boolean
);
CREATE TABLE "arret_maladie" (
  "id" integer,
  "id_salarie" integer,
  "debut" date,
  "motif_medical" varchar(80),
  "medecin_traitant" varchar(60),
  "justificatif" varchar(80),
  "prolongation" boolean
);
CREATE TABLE "entretien" (
  "id" integer,
  "annee" smallint,
  "evaluateur" varchar(60),
  "note_globale" smallint,
  "appreciation" text,
  "souhait_evolution" text,
  "valide" boolean
);
CREATE TABLE "ref_convention" (
  "idcc" char(4),
  "libelle" varchar(80),
  "nb_jours_conges" smallint,
  "taux_maladie" numeric(4,2),
  "age_retraite" smallint,
  "salaire_minimum" numeric(8,2),
  "code_naf" char(5)
);
