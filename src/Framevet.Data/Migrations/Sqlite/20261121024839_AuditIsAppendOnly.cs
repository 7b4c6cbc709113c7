using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Framevet.Data.Migrations.Sqlite
{
    /// <summary>The database itself refuses to change or remove what was recorded. The model knows nothing of triggers.</summary>
    public partial class AuditIsAppendOnly : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""
                CREATE TRIGGER "AuditRefusesUpdate" BEFORE UPDATE ON "Audit"
                BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only.'); END;
                """);
            migrationBuilder.Sql("""
                CREATE TRIGGER "AuditRefusesDelete" BEFORE DELETE ON "Audit"
                BEGIN SELECT RAISE(ABORT, 'The audit trail is append-only.'); END;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("""DROP TRIGGER "AuditRefusesUpdate";""");
            migrationBuilder.Sql("""DROP TRIGGER "AuditRefusesDelete";""");
        }
    }
}
