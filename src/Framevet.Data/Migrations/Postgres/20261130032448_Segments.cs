using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Framevet.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Segments : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "RunSegments",
                columns: table => new
                {
                    RunId = table.Column<string>(type: "text", maxLength: 32, nullable: false, collation: "C"),
                    Number = table.Column<int>(type: "integer", nullable: false),
                    FromPts = table.Column<long>(type: "bigint", nullable: false),
                    ToPts = table.Column<long>(type: "bigint", nullable: true),
                    OriginPts = table.Column<long>(type: "bigint", nullable: false),
                    BeforePts = table.Column<long>(type: "bigint", nullable: true),
                    KeyBeforePts = table.Column<long>(type: "bigint", nullable: true),
                    FirstIndex = table.Column<int>(type: "integer", nullable: false),
                    Frames = table.Column<int>(type: "integer", nullable: false),
                    Version = table.Column<string>(type: "text", maxLength: 60, nullable: false, collation: "C"),
                    State = table.Column<string>(type: "text", maxLength: 20, nullable: false, collation: "C"),
                    Node = table.Column<string>(type: "text", maxLength: 100, nullable: true, collation: "C"),
                    LeaseToken = table.Column<long>(type: "bigint", nullable: false),
                    LeaseUntil = table.Column<long>(type: "bigint", nullable: true),
                    Attempt = table.Column<int>(type: "integer", nullable: false),
                    Seen = table.Column<long>(type: "bigint", nullable: false),
                    ResultKey = table.Column<string>(type: "text", maxLength: 200, nullable: true, collation: "C"),
                    Facts = table.Column<string>(type: "text", nullable: true, collation: "C"),
                    Trouble = table.Column<string>(type: "text", nullable: true, collation: "C")
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_RunSegments", x => new { x.RunId, x.Number });
                    table.ForeignKey(
                        name: "FK_RunSegments_Runs_RunId",
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
                name: "RunSegments");
        }
    }
}
