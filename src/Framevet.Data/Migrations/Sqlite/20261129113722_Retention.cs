using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Framevet.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Retention : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Quota",
                table: "Users",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "EvidenceRemovedAt",
                table: "Runs",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "HoldNote",
                table: "Runs",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "IsHeld",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "IsKept",
                table: "Runs",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<long>(
                name: "LogRemovedAt",
                table: "Runs",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "PicturesRemovedAt",
                table: "Runs",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "RemovedAt",
                table: "Media",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "RemovedAt",
                table: "Exports",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Quota",
                table: "Users");

            migrationBuilder.DropColumn(
                name: "EvidenceRemovedAt",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "HoldNote",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "IsHeld",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "IsKept",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "LogRemovedAt",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "PicturesRemovedAt",
                table: "Runs");

            migrationBuilder.DropColumn(
                name: "RemovedAt",
                table: "Media");

            migrationBuilder.DropColumn(
                name: "RemovedAt",
                table: "Exports");
        }
    }
}
