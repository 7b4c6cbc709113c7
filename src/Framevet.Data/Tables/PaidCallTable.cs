using Framevet.Pipeline.Moderation;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A paid call, entered before it is made. No foreign key: the book stays when a run is deleted.</summary>
internal sealed class PaidCallTable
{
    public long Id { get; set; }
    public required DateTimeOffset At { get; set; }

    /// <summary>Day in UTC, <c>yyyy-MM-dd</c>: budgets and sums are per day.</summary>
    public required string Day { get; set; }

    public required RunId RunId { get; set; }
    public required string OwnerId { get; set; }
    public required string Backend { get; set; }
    public required string ModelVersion { get; set; }

    /// <summary>Millionths of a US dollar.</summary>
    public required long PriceMicros { get; set; }

    /// <summary>What the screen saw; null when nothing.</summary>
    public string? Label { get; set; }

    /// <summary>Frames in the picture.</summary>
    public required int Frames { get; set; }

    public required CallOutcome Outcome { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PaidCallTable>
    {
        public void Configure(EntityTypeBuilder<PaidCallTable> builder)
        {
            builder.ToTable("PaidCalls");
            builder.Property(c => c.Day).HasMaxLength(10);
            builder.HasIndex(c => c.RunId);
            builder.HasIndex(c => new { c.Day, c.PriceMicros });
            builder.HasIndex(c => c.OwnerId);
        }
    }
}
