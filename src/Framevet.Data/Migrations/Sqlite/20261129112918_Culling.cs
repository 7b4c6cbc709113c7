using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Framevet.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Culling : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "FilterPresets",
                columns: table => new
                {
                    Id = table.Column<Guid>(type: "TEXT", nullable: false),
                    OwnerId = table.Column<string>(type: "TEXT", nullable: false),
                    OwnerName = table.Column<string>(type: "TEXT", nullable: false),
                    Name = table.Column<string>(type: "TEXT", maxLength: 80, nullable: false),
                    Query = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: false),
                    IsShared = table.Column<bool>(type: "INTEGER", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_FilterPresets", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "FrameMarks",
                columns: table => new
                {
                    RunId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Pts = table.Column<long>(type: "INTEGER", nullable: false),
                    Stars = table.Column<int>(type: "INTEGER", nullable: false),
                    Flag = table.Column<string>(type: "TEXT", nullable: false),
                    Colour = table.Column<int>(type: "INTEGER", nullable: false),
                    Tags = table.Column<string>(type: "TEXT", nullable: false),
                    ById = table.Column<string>(type: "TEXT", nullable: false),
                    ByName = table.Column<string>(type: "TEXT", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    Revision = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_FrameMarks", x => new { x.RunId, x.Pts });
                    table.ForeignKey(
                        name: "FK_FrameMarks_Runs_RunId",
                        column: x => x.RunId,
                        principalTable: "Runs",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "MarkOps",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    RunId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    ById = table.Column<string>(type: "TEXT", nullable: false),
                    ByName = table.Column<string>(type: "TEXT", nullable: false),
                    Key = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", nullable: false),
                    Target = table.Column<long>(type: "INTEGER", nullable: true),
                    Changed = table.Column<int>(type: "INTEGER", nullable: false),
                    Text = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_MarkOps", x => x.Id);
                    table.ForeignKey(
                        name: "FK_MarkOps_Runs_RunId",
                        column: x => x.RunId,
                        principalTable: "Runs",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "MarkChanges",
                columns: table => new
                {
                    OpId = table.Column<long>(type: "INTEGER", nullable: false),
                    Pts = table.Column<long>(type: "INTEGER", nullable: false),
                    StarsBefore = table.Column<int>(type: "INTEGER", nullable: false),
                    StarsAfter = table.Column<int>(type: "INTEGER", nullable: false),
                    FlagBefore = table.Column<string>(type: "TEXT", nullable: false),
                    FlagAfter = table.Column<string>(type: "TEXT", nullable: false),
                    ColourBefore = table.Column<int>(type: "INTEGER", nullable: false),
                    ColourAfter = table.Column<int>(type: "INTEGER", nullable: false),
                    TagsBefore = table.Column<string>(type: "TEXT", nullable: false),
                    TagsAfter = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_MarkChanges", x => new { x.OpId, x.Pts });
                    table.ForeignKey(
                        name: "FK_MarkChanges_MarkOps_OpId",
                        column: x => x.OpId,
                        principalTable: "MarkOps",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_FilterPresets_IsShared",
                table: "FilterPresets",
                column: "IsShared");

            migrationBuilder.CreateIndex(
                name: "IX_FilterPresets_OwnerId_Name",
                table: "FilterPresets",
                columns: new[] { "OwnerId", "Name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_FrameMarks_RunId_Revision",
                table: "FrameMarks",
                columns: new[] { "RunId", "Revision" });

            migrationBuilder.CreateIndex(
                name: "IX_MarkOps_ById_Key",
                table: "MarkOps",
                columns: new[] { "ById", "Key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_MarkOps_RunId_ById_Id",
                table: "MarkOps",
                columns: new[] { "RunId", "ById", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "FilterPresets");

            migrationBuilder.DropTable(
                name: "FrameMarks");

            migrationBuilder.DropTable(
                name: "MarkChanges");

            migrationBuilder.DropTable(
                name: "MarkOps");
        }
    }
}
