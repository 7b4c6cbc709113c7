using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace Framevet.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class BestFirst : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Frames_RunId_Quality_Pts",
                table: "Frames");

            migrationBuilder.DropIndex(
                name: "IX_Frames_RunId_State_Quality_Pts",
                table: "Frames");

            migrationBuilder.CreateIndex(
                name: "IX_Frames_RunId_Quality_Pts",
                table: "Frames",
                columns: new[] { "RunId", "Quality", "Pts" },
                descending: new[] { false, true, false })
                .Annotation("Npgsql:IndexNullSortOrder", new[] { NullSortOrder.Unspecified, NullSortOrder.NullsLast, NullSortOrder.Unspecified });

            migrationBuilder.CreateIndex(
                name: "IX_Frames_RunId_State_Quality_Pts",
                table: "Frames",
                columns: new[] { "RunId", "State", "Quality", "Pts" },
                descending: new[] { false, false, true, false })
                .Annotation("Npgsql:IndexNullSortOrder", new[] { NullSortOrder.Unspecified, NullSortOrder.Unspecified, NullSortOrder.NullsLast, NullSortOrder.Unspecified });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_Frames_RunId_Quality_Pts",
                table: "Frames");

            migrationBuilder.DropIndex(
                name: "IX_Frames_RunId_State_Quality_Pts",
                table: "Frames");

            migrationBuilder.CreateIndex(
                name: "IX_Frames_RunId_Quality_Pts",
                table: "Frames",
                columns: new[] { "RunId", "Quality", "Pts" },
                descending: new[] { false, true, false });

            migrationBuilder.CreateIndex(
                name: "IX_Frames_RunId_State_Quality_Pts",
                table: "Frames",
                columns: new[] { "RunId", "State", "Quality", "Pts" },
                descending: new[] { false, false, true, false });
        }
    }
}
