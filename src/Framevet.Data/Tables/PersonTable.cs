using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>Somebody seen in a run.</summary>
internal sealed class PersonTable
{
    public required RunId RunId { get; set; }
    public required int Number { get; set; }

    /// <summary>The middle of their faces as base64; see <see cref="Pipeline.Scoring.FaceEmbedding"/>.</summary>
    public required string Look { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PersonTable>
    {
        public void Configure(EntityTypeBuilder<PersonTable> builder)
        {
            builder.ToTable("Persons");
            builder.HasKey(p => new { p.RunId, p.Number });
            builder.HasOne<RunTable>().WithMany().HasForeignKey(p => p.RunId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
