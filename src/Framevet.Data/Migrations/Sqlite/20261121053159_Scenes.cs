using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Framevet.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Scenes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "Scenes",
                columns: table => new
                {
                    RunId = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Number = table.Column<int>(type: "INTEGER", nullable: false),
                    FirstIndex = table.Column<int>(type: "INTEGER", nullable: false),
                    FirstPts = table.Column<long>(type: "INTEGER", nullable: false),
                    LastIndex = table.Column<int>(type: "INTEGER", nullable: false),
                    LastPts = table.Column<long>(type: "INTEGER", nullable: false),
                    TimeBaseNum = table.Column<int>(type: "INTEGER", nullable: false),
                    TimeBaseDen = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Scenes", x => new { x.RunId, x.Number });
                    table.ForeignKey(
                        name: "FK_Scenes_Runs_RunId",
                        column: x => x.RunId,
                        principalTable: "Runs",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Scenes");
        }
    }
}
