using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MalariaLab.Migrations.Postgres.Migrations
{
    /// <inheritdoc />
    public partial class DatasetInsights : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "StatisticsJson",
                table: "DatasetVersions");

            migrationBuilder.CreateTable(
                name: "DatasetInsights",
                columns: table => new
                {
                    VersionId = table.Column<long>(type: "bigint", nullable: false),
                    Kind = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false),
                    Json = table.Column<string>(type: "text", nullable: false),
                    At = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
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
                type: "text",
                nullable: true);
        }
    }
}
