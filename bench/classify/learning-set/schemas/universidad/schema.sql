CREATE SCHEMA universidad;
SET search_path TO universidad;
CREATE TABLE "alumnos" (
  "nia" integer,
  "nombre" varchar(40),
  "apellido1" varchar(40),
  "apellido2" varchar(40),
  "dni_nie" varchar(10),
  "f_nac" date,
  "lugar_nac" varchar(40),
  "sexo" char(1),
  "movil" varchar(16),
  "correo" varchar(80),
  "domicilio" varchar(100),
  "cp" char(5),
  "poblacion" varchar(50),
  "nss" varchar(12),
  "cuenta_domiciliacion" varchar(34),
  "becado" boolean,
  "discapacidad_pct" smallint,
  "titulacion" varchar(60),
  "nota_media" numeric(4,2),
  "f_alta" timestamp,
  "tutor_legal" varchar(80),
  "foto_carnet" varchar(80),
  "activo" boolean
);
CREATE TABLE "profesores" (
  "id_prof" integer,
  "nombre_completo" varchar(80),
  "nif" varchar(10),
  "despacho" varchar(10),
  "ext_tel" varchar(6),
  "sueldo_bruto" numeric(9,2),
  "categoria" varchar(30),
  "sindicato" varchar(10),
  "num_empleado" varchar(8),
  "observaciones" text,
  "usuario_red" varchar(20),
  "evaluacion_docente" text
);
CREATE TABLE "asignaturas" (
  "codigo" integer,
  "nombre" varchar(60),
  "creditos" numeric(3,1),
  "curso" smallint,
  "aula" varchar(10),
  "idioma" varchar(10),
  "plazas" smallint,
  "edificio" varchar(30),
  "direccion_web" varchar(80),
  "fecha_examen" date
);
