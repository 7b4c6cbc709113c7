using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Framevet.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Turns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "FinishTries",
                table: "Runs",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "NotBefore",
                table: "Runs",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "WorkGroup",
                table: "Runs",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<long>(
                name: "LeaseToken",
                table: "Links",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "LeaseUntil",
                table: "Links",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Worker",
                table: "Links",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<long>(
                name: "LeaseToken",
                table: "Exports",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "LeaseUntil",
                table: "Exports",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Worker",
                table: "Exports",
                type: "text",
                nullable: true,
                collation: "C");

            migrationBuilder.CreateTable(
                name: "ServerKeys",
                columns: table => new
                {
                    Id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    Name = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    Sealed = table.Column<string>(type: "text", nullable: false, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ServerKeys", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_Runs_OwnerId_StartedAt",
                table: "Runs",
                columns: new[] { "OwnerId", "StartedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_ServerKeys_Name",
                table: "ServerKeys",
                column: "Name",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ServerKeys");

            migrationBuilder.DropIndex(
                name: "IX_Runs_OwnerId_StartedAt",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "FinishTries",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "NotBefore",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "WorkGroup",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "LeaseToken",
                table: "Links");

            migrationBuilder.DropColumn(
                name: "LeaseUntil",
                table: "Links");

            migrationBuilder.DropColumn(
                name: "Worker",
                table: "Links");

            migrationBuilder.DropColumn(
                name: "LeaseToken",
                table: "Exports");

            migrationBuilder.DropColumn(
                name: "LeaseUntil",
                table: "Exports");

            migrationBuilder.DropColumn(
                name: "Worker",
                table: "Exports");
        }
    }
}
