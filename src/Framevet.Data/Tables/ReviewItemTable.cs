using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A case for a person; at most one open one per run.</summary>
internal sealed class ReviewItemTable
{
    public required Guid Id { get; set; }
    public required RunId RunId { get; set; }

    /// <summary>As stored: a lease that ran out still says Claimed here and reads as Waiting.</summary>
    public required ReviewState State { get; set; }

    public required bool IsEscalated { get; set; }
    public required DateTimeOffset CreatedAt { get; set; }
    public string? TopLabel { get; set; }
    public double? TopConfidence { get; set; }
    public string? ClaimUserId { get; set; }
    public string? ClaimUserName { get; set; }
    public DateTimeOffset? ClaimExpiresAt { get; set; }

    /// <summary>Rises with every claim and never falls: fences decisions of earlier holders.</summary>
    public long Token { get; set; }

    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>Flagged frames by rising PTS, see <see cref="PtsText"/>.</summary>
    public required string Frames { get; set; }

    public required int FrameCount { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ReviewItemTable>
    {
        public void Configure(EntityTypeBuilder<ReviewItemTable> builder)
        {
            builder.ToTable("ReviewItems");
            builder.HasKey(i => i.Id);
            builder.Property(i => i.Id).ValueGeneratedNever();
            builder.HasOne<RunTable>().WithMany().HasForeignKey(i => i.RunId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(i => i.RunId, "IX_ReviewItems_Open").IsUnique().HasFilter("\"State\" IN ('Waiting', 'Claimed')");
            builder.HasIndex(i => i.RunId, "IX_ReviewItems_RunId");
            builder.HasIndex(i => new { i.State, i.CreatedAt });
            builder.HasIndex(i => i.DecidedAt);
        }
    }
}
