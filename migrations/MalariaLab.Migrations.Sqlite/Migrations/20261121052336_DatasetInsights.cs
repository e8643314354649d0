using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MalariaLab.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class DatasetInsights : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // EF would build the table anew, outside the transaction that keeps a second process waiting.
            migrationBuilder.Sql("ALTER TABLE \"DatasetVersions\" DROP COLUMN \"StatisticsJson\";");

            migrationBuilder.CreateTable(
                name: "DatasetInsights",
                columns: table => new
                {
                    VersionId = table.Column<long>(type: "INTEGER", nullable: false),
                    Kind = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    Json = table.Column<string>(type: "TEXT", nullable: false),
                    At = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_DatasetInsights", x => new { x.VersionId, x.Kind });
                    table.ForeignKey(
                        name: "FK_DatasetInsights_DatasetVersions_VersionId",
                        column: x => x.VersionId,
                        principalTable: "DatasetVersions",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_DatasetImages_VersionId_GivenPart",
                table: "DatasetImages",
                columns: new[] { "VersionId", "GivenPart" },
                filter: "\"GivenPart\" IS NOT NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "DatasetInsights");

            migrationBuilder.DropIndex(
                name: "IX_DatasetImages_VersionId_GivenPart",
                table: "DatasetImages");

            migrationBuilder.AddColumn<string>(
                name: "StatisticsJson",
                table: "DatasetVersions",
                type: "TEXT",
                nullable: true);
        }
    }
}
