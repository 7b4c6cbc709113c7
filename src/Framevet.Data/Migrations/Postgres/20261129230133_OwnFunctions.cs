using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Framevet.Data.Migrations.Postgres
{
    /// <summary>
    /// What the sessions of SQLite bring along, and an audit trail that the database itself refuses to change: PostgreSQL has no memory of the highest number of its own that a rolled-back
    /// transaction leaves alone, so a row keeps it. The model knows nothing of functions and triggers.
    /// </summary>
    public partial class OwnFunctions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Every script has capitals, whatever the collation of the column: the best collation that this server has.
            migrationBuilder.Sql("""
                DO $do$
                DECLARE
                    known CONSTANT name[] := ARRAY['pg_c_utf8', 'und-x-icu', 'C.utf8', 'C.UTF-8'];
                    best text;
                BEGIN
                    SELECT quote_ident(collname) INTO best FROM pg_collation WHERE collname = ANY (known) AND collencoding IN (-1, pg_char_to_encoding('UTF8'))
                        ORDER BY array_position(known, collname) LIMIT 1;
                    EXECUTE format('CREATE FUNCTION framevet_upper(value text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $f$ SELECT upper(value COLLATE %s) $f$', COALESCE(best, '"default"'));
                END $do$;
                """);
            migrationBuilder.Sql("""
                CREATE FUNCTION change_tags(tags text, added text, removed text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $f$
                    WITH kept AS (SELECT t, n FROM unnest(string_to_array(tags, '|')) WITH ORDINALITY AS a(t, n) WHERE t <> '' AND t <> ALL (COALESCE(string_to_array(removed, '|'), '{}'))),
                        fresh AS (SELECT t, n FROM unnest(string_to_array(added, '|')) WITH ORDINALITY AS b(t, n) WHERE t <> '' AND NOT EXISTS (SELECT 1 FROM kept k WHERE k.t = b.t))
                    SELECT COALESCE('|' || string_agg(t, '|' ORDER BY step, n) || '|', '') FROM (SELECT 0 AS step, t, n FROM kept UNION ALL SELECT 1, t, n FROM fresh) every
                $f$;
                """);
            migrationBuilder.Sql("""
                CREATE TABLE "AuditHeight" ("Only" boolean PRIMARY KEY DEFAULT TRUE CHECK ("Only"), "Highest" bigint NOT NULL);
                INSERT INTO "AuditHeight" ("Highest") VALUES (0);
                CREATE FUNCTION framevet_audit_refuses() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION 'The audit trail is append-only.'; END $f$;
                CREATE FUNCTION framevet_audit_rises() RETURNS trigger LANGUAGE plpgsql AS $f$
                    BEGIN UPDATE "AuditHeight" SET "Highest" = NEW."Id" WHERE "Highest" < NEW."Id"; RETURN NULL; END $f$;
                CREATE TRIGGER "AuditRefusesUpdate" BEFORE UPDATE ON "Audit" FOR EACH ROW EXECUTE FUNCTION framevet_audit_refuses();
                CREATE TRIGGER "AuditRefusesDelete" BEFORE DELETE ON "Audit" FOR EACH ROW EXECUTE FUNCTION framevet_audit_refuses();
                CREATE TRIGGER "AuditRefusesTruncate" BEFORE TRUNCATE ON "Audit" FOR EACH STATEMENT EXECUTE FUNCTION framevet_audit_refuses();
                CREATE TRIGGER "AuditRises" AFTER INSERT ON "Audit" FOR EACH ROW EXECUTE FUNCTION framevet_audit_rises();
                CREATE TRIGGER "AuditHeightNeverFalls" BEFORE UPDATE ON "AuditHeight" FOR EACH ROW WHEN (NEW."Highest" < OLD."Highest") EXECUTE FUNCTION framevet_audit_refuses();
                CREATE TRIGGER "AuditHeightStays" BEFORE DELETE ON "AuditHeight" FOR EACH ROW EXECUTE FUNCTION framevet_audit_refuses();
                CREATE TRIGGER "AuditHeightRefusesTruncate" BEFORE TRUNCATE ON "AuditHeight" FOR EACH STATEMENT EXECUTE FUNCTION framevet_audit_refuses();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                DROP TRIGGER "AuditRefusesUpdate" ON "Audit"; DROP TRIGGER "AuditRefusesDelete" ON "Audit"; DROP TRIGGER "AuditRefusesTruncate" ON "Audit"; DROP TRIGGER "AuditRises" ON "Audit";
                DROP TABLE "AuditHeight"; DROP FUNCTION framevet_audit_refuses(); DROP FUNCTION framevet_audit_rises(); DROP FUNCTION change_tags(text, text, text); DROP FUNCTION framevet_upper(text);
                """);
        }
    }
}
