using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Framevet.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ReviewDesk : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_ReviewItems_Open",
                table: "ReviewItems");

            migrationBuilder.DropIndex(
                name: "IX_ReviewItems_State_CreatedAt",
                table: "ReviewItems");

            migrationBuilder.AddColumn<long>(
                name: "AssignedUntil",
                table: "ReviewItems",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "AssigneeId",
                table: "ReviewItems",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "AssigneeName",
                table: "ReviewItems",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ClaimedAt",
                table: "ReviewItems",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "EffectiveAt",
                table: "ReviewItems",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Excluded",
                table: "ReviewItems",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<bool>(
                name: "IsOnHold",
                table: "ReviewItems",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "Kind",
                table: "ReviewItems",
                type: "TEXT",
                nullable: false,
                defaultValue: "Flagged");

            migrationBuilder.AddColumn<string>(
                name: "Note",
                table: "ReviewItems",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "OriginId",
                table: "ReviewItems",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Queue",
                table: "ReviewItems",
                type: "TEXT",
                nullable: false,
                defaultValue: "other");

            migrationBuilder.AddColumn<long>(
                name: "SettledAt",
                table: "ReviewItems",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "Severity",
                table: "ReviewItems",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<bool>(
                name: "IsFinal",
                table: "ReviewDecisions",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "IsReversal",
                table: "ReviewDecisions",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "Reason",
                table: "ReviewDecisions",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<double>(
                name: "Seconds",
                table: "ReviewDecisions",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "UndoneAt",
                table: "ReviewDecisions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "ClearedRuns",
                columns: table => new
                {
                    RunId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Stratum = table.Column<string>(type: "TEXT", nullable: false),
                    Ordinal = table.Column<long>(type: "INTEGER", nullable: false),
                    IsSampled = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ClearedRuns", x => x.RunId);
                    table.ForeignKey(
                        name: "FK_ClearedRuns_Runs_RunId",
                        column: x => x.RunId,
                        principalTable: "Runs",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "GoldenItems",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    RunId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Frames = table.Column<string>(type: "TEXT", nullable: false),
                    TopLabel = table.Column<string>(type: "TEXT", nullable: true),
                    TopConfidence = table.Column<double>(type: "REAL", nullable: true),
                    Decision = table.Column<string>(type: "TEXT", nullable: false),
                    Label = table.Column<string>(type: "TEXT", nullable: false),
                    MadeBy = table.Column<string>(type: "TEXT", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_GoldenItems", x => x.Id);
                    table.ForeignKey(
                        name: "FK_GoldenItems_Runs_RunId",
                        column: x => x.RunId,
                        principalTable: "Runs",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "ReviewExposure",
                columns: table => new
                {
                    UserId = table.Column<string>(type: "TEXT", nullable: false),
                    Day = table.Column<int>(type: "INTEGER", nullable: false),
                    Queue = table.Column<string>(type: "TEXT", nullable: false),
                    Seconds = table.Column<double>(type: "REAL", nullable: false),
                    Items = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ReviewExposure", x => new { x.UserId, x.Day, x.Queue });
                });

            migrationBuilder.CreateTable(
                name: "UserPreferences",
                columns: table => new
                {
                    UserId = table.Column<string>(type: "TEXT", nullable: false),
                    Preferences = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_UserPreferences", x => x.UserId);
                    table.ForeignKey(
                        name: "FK_UserPreferences_Users_UserId",
                        column: x => x.UserId,
                        principalTable: "Users",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "GoldenAnswers",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    GoldenId = table.Column<Guid>(type: "TEXT", nullable: false),
                    UserId = table.Column<string>(type: "TEXT", nullable: false),
                    UserName = table.Column<string>(type: "TEXT", nullable: false),
                    Decision = table.Column<string>(type: "TEXT", nullable: false),
                    Label = table.Column<string>(type: "TEXT", nullable: false),
                    IsRight = table.Column<bool>(type: "INTEGER", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_GoldenAnswers", x => x.Id);
                    table.ForeignKey(
                        name: "FK_GoldenAnswers_GoldenItems_GoldenId",
                        column: x => x.GoldenId,
                        principalTable: "GoldenItems",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_ReviewItems_EffectiveAt",
                table: "ReviewItems",
                column: "EffectiveAt",
                filter: "\"State\" = 'Decided' AND \"SettledAt\" IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_ReviewItems_Open",
                table: "ReviewItems",
                column: "RunId",
                unique: true,
                filter: "\"State\" IN ('Waiting', 'Claimed') AND \"Kind\" = 'Flagged'");

            migrationBuilder.CreateIndex(
                name: "IX_ReviewItems_State_Severity_CreatedAt",
                table: "ReviewItems",
                columns: new[] { "State", "Severity", "CreatedAt" });

            migrationBuilder.CreateIndex(
                name: "IX_ReviewDecisions_At",
                table: "ReviewDecisions",
                column: "At");

            migrationBuilder.CreateIndex(
                name: "IX_ReviewDecisions_UserId_At",
                table: "ReviewDecisions",
                columns: new[] { "UserId", "At" });

            migrationBuilder.CreateIndex(
                name: "IX_ClearedRuns_Stratum",
                table: "ClearedRuns",
                column: "Stratum");

            migrationBuilder.CreateIndex(
                name: "IX_GoldenAnswers_GoldenId_UserId",
                table: "GoldenAnswers",
                columns: new[] { "GoldenId", "UserId" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_GoldenItems_RunId",
                table: "GoldenItems",
                column: "RunId");

            // What is there already: decisions took effect at once, every word but an escalation was the last one, and the queue follows from the label.
            migrationBuilder.Sql("""UPDATE "ReviewItems" SET "SettledAt" = "DecidedAt" WHERE "State" = 'Decided';""");
            migrationBuilder.Sql("""
                UPDATE "ReviewItems" SET "Severity" = 1, "Queue" = CASE
                    WHEN "TopLabel" IS NULL OR "TopLabel" IN ('clean', 'unmapped') THEN 'other'
                    WHEN instr("TopLabel", '/') > 0 THEN substr("TopLabel", 1, instr("TopLabel", '/') - 1)
                    ELSE "TopLabel" END;
                """);
            migrationBuilder.Sql("""UPDATE "ReviewDecisions" SET "IsFinal" = 1 WHERE "Decision" <> 'Escalate';""");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ClearedRuns");

            migrationBuilder.DropTable(
                name: "GoldenAnswers");

            migrationBuilder.DropTable(
                name: "ReviewExposure");

            migrationBuilder.DropTable(
                name: "UserPreferences");

            migrationBuilder.DropTable(
                name: "GoldenItems");

            migrationBuilder.DropIndex(
                name: "IX_ReviewItems_EffectiveAt",
                table: "ReviewItems");

            migrationBuilder.DropIndex(
                name: "IX_ReviewItems_Open",
                table: "ReviewItems");

            migrationBuilder.DropIndex(
                name: "IX_ReviewItems_State_Severity_CreatedAt",
                table: "ReviewItems");

            migrationBuilder.DropIndex(
                name: "IX_ReviewDecisions_At",
                table: "ReviewDecisions");

            migrationBuilder.DropIndex(
                name: "IX_ReviewDecisions_UserId_At",
                table: "ReviewDecisions");

            migrationBuilder.DropColumn(
                name: "AssignedUntil",
                table: "ReviewItems");

            migrationBuilder.DropColumn(
                name: "AssigneeId",
                table: "ReviewItems");

            migrationBuilder.DropColumn(
                name: "AssigneeName",
                table: "ReviewItems");

            migrationBuilder.DropColumn(
                name: "ClaimedAt",
                table: "ReviewItems");

            migrationBuilder.DropColumn(
                name: "EffectiveAt",
                table: "ReviewItems");

            migrationBuilder.DropColumn(
                name: "Excluded",
                table: "ReviewItems");

            migrationBuilder.DropColumn(
                name: "IsOnHold",
                table: "ReviewItems");

            migrationBuilder.DropColumn(
                name: "Kind",
                table: "ReviewItems");

            migrationBuilder.DropColumn(
                name: "Note",
                table: "ReviewItems");

            migrationBuilder.DropColumn(
                name: "OriginId",
                table: "ReviewItems");

            migrationBuilder.DropColumn(
                name: "Queue",
                table: "ReviewItems");

            migrationBuilder.DropColumn(
                name: "SettledAt",
                table: "ReviewItems");

            migrationBuilder.DropColumn(
                name: "Severity",
                table: "ReviewItems");

            migrationBuilder.DropColumn(
                name: "IsFinal",
                table: "ReviewDecisions");

            migrationBuilder.DropColumn(
                name: "IsReversal",
                table: "ReviewDecisions");

            migrationBuilder.DropColumn(
                name: "Reason",
                table: "ReviewDecisions");

            migrationBuilder.DropColumn(
                name: "Seconds",
                table: "ReviewDecisions");

            migrationBuilder.DropColumn(
                name: "UndoneAt",
                table: "ReviewDecisions");

            migrationBuilder.CreateIndex(
                name: "IX_ReviewItems_Open",
                table: "ReviewItems",
                column: "RunId",
                unique: true,
                filter: "\"State\" IN ('Waiting', 'Claimed')");

            migrationBuilder.CreateIndex(
                name: "IX_ReviewItems_State_CreatedAt",
                table: "ReviewItems",
                columns: new[] { "State", "CreatedAt" });
        }
    }
}
