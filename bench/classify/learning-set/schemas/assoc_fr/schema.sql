CREATE SCHEMA assoc_fr;
SET search_path TO assoc_fr;
CREATE TABLE "adherent" (
  "num_adh" text,
  "nom_prenom" text,
  "annee_naiss" smallint,
  "tel_dom" text,
  "tel_mob" text,
  "e_mail" text,
  "adr1" text,
  "adr2" text,
  "cp_ville" text,
  "certif_medical" boolean,
  "personne_a_prevenir" text,
  "cotisation" numeric(6,2),
  "mode_reglement" text,
  "licence_ffa" text,
  "taille_tshirt" text,
  "droit_image" boolean,
  "section" text,
  "rib" text,
  "mdp" text,
  "derniere_connexion" timestamp,
  "ip_derniere" text,
  "remarques" text
);
