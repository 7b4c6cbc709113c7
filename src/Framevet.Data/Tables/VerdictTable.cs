using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>Every verdict a frame ever had, the first one included; the current one is on the frame too.</summary>
internal sealed class VerdictTable
{
    public long Id { get; set; }
    public required RunId RunId { get; set; }
    public required long Pts { get; set; }
    public required DateTimeOffset At { get; set; }
    public required Decision Decision { get; set; }
    public required string Reason { get; set; }
    public required string By { get; set; }
    public string? Label { get; set; }

    /// <summary>0..1; null when no number led to it.</summary>
    public double? Confidence { get; set; }

    /// <summary>Versions that it rests on: taxonomy, policy with its thresholds, and <c>backend version</c> of the model, each null when unknown.</summary>
    public string? Taxonomy { get; set; }

    public int? Policy { get; set; }

    public string? Model { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<VerdictTable>
    {
        public void Configure(EntityTypeBuilder<VerdictTable> builder)
        {
            builder.ToTable("Verdicts");
            builder.HasOne<FrameTable>().WithMany().HasForeignKey(v => new { v.RunId, v.Pts }).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
