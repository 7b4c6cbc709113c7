using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Framevet.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class People : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Persons",
                columns: table => new
                {
                    RunId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    Look = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Persons", x => new { x.RunId, x.Number });
                    table.ForeignKey(
                        name: "FK_Persons_Runs_RunId",
                        column: x => x.RunId,
                        principalTable: "Runs",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "PersonFaces",
                columns: table => new
                {
                    RunId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Pts = table.Column<long>(type: "INTEGER", nullable: false),
                    Face = table.Column<int>(type: "INTEGER", nullable: false),
                    Person = table.Column<int>(type: "INTEGER", nullable: false),
                    Quality = table.Column<double>(type: "REAL", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_PersonFaces", x => new { x.RunId, x.Pts, x.Face });
                    table.ForeignKey(
                        name: "FK_PersonFaces_Frames_RunId_Pts",
                        columns: x => new { x.RunId, x.Pts },
                        principalTable: "Frames",
                        principalColumns: new[] { "RunId", "Pts" },
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_PersonFaces_Persons_RunId_Person",
                        columns: x => new { x.RunId, x.Person },
                        principalTable: "Persons",
                        principalColumns: new[] { "RunId", "Number" },
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_PersonFaces_RunId_Person_Pts",
                table: "PersonFaces",
                columns: new[] { "RunId", "Person", "Pts" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "PersonFaces");

            migrationBuilder.DropTable(
                name: "Persons");
        }
    }
}
