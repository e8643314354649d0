using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace MalariaLab.Migrations.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class LabelRevisions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Revised",
                table: "LabelReviews",
                type: "TEXT",
                maxLength: 32,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "RevisedLabel",
                table: "LabelReviews",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Revised",
                table: "LabelReviews");

            migrationBuilder.DropColumn(
                name: "RevisedLabel",
                table: "LabelReviews");
        }
    }
}
