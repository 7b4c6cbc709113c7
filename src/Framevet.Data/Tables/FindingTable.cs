using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>What one backend saw in one frame.</summary>
internal sealed class FindingTable
{
    public long Id { get; set; }
    public required RunId RunId { get; set; }
    public required long Pts { get; set; }
    public required string Label { get; set; }

    /// <summary>0..1.</summary>
    public required double Confidence { get; set; }

    public required string Backend { get; set; }
    public required string ModelVersion { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<FindingTable>
    {
        public void Configure(EntityTypeBuilder<FindingTable> builder)
        {
            builder.ToTable("Findings");
            builder.HasOne<FrameTable>().WithMany().HasForeignKey(f => new { f.RunId, f.Pts }).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
