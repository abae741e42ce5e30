CREATE SCHEMA inmobiliaria;
SET search_path TO inmobiliaria;
CREATE TABLE "inquilinos" (
  "id_inq" integer,
  "nombre_y_apellidos" varchar(80),
  "dni_nie" varchar(10),
  "fec_nac" date,
  "movil" varchar(15),
  "correo" varchar(80),
  "profesion" varchar(40),
  "ingresos_netos" numeric(9,2),
  "nomina_pdf" varchar(80),
  "estado_civil" varchar(15),
  "nacionalidad" varchar(20),
  "num_hijos" smallint,
  "cta_domiciliacion" varchar(34),
  "avalista" varchar(80),
  "tlf_avalista" varchar(15),
  "mascota" boolean,
  "observ" text,
  "alta" date
);
CREATE TABLE "fincas" (
  "ref_catastral" char(20),
  "tipo_via" varchar(10),
  "nombre_via" varchar(50),
  "num" varchar(5),
  "piso_puerta" varchar(8),
  "cod_postal" char(5),
  "municipio" varchar(40),
  "m2_utiles" numeric(6,2),
  "antiguedad" smallint,
  "propietario" varchar(80),
  "nif_prop" varchar(10),
  "renta_mensual" numeric(8,2),
  "cert_energetico" char(1),
  "estado_conservacion" varchar(20),
  "edad_edificio" smallint,
  "telefonillo" boolean
);
CREATE TABLE "incidencias" (
  "id" integer,
  "comunicante" varchar(60),
  "tfno_contacto" varchar(15),
  "descripcion" text,
  "gremio" varchar(20),
  "importe" numeric(8,2),
  "operario" varchar(60),
  "fec_visita" timestamp,
  "firma_conforme" bytea
);
