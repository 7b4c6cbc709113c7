using Framevet.Pipeline.Review;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A case for a person; of flagged ones at most one open per run.</summary>
internal sealed class ReviewItemTable
{
    public required Guid Id { get; set; }
    public required RunId RunId { get; set; }

    /// <summary>As stored: a lease that ran out still says Claimed here and reads as Waiting.</summary>
    public required ReviewState State { get; set; }

    public ReviewKind Kind { get; set; }
    public required bool IsEscalated { get; set; }

    /// <summary>See <see cref="ReviewQueues"/>; derived from the label when the item is made.</summary>
    public string Queue { get; set; } = ReviewQueues.Other;

    /// <summary>As its number: the queue is sorted by it.</summary>
    public ReviewSeverity Severity { get; set; } = ReviewSeverity.Medium;

    public required DateTimeOffset CreatedAt { get; set; }
    public string? TopLabel { get; set; }
    public double? TopConfidence { get; set; }
    public string? ClaimUserId { get; set; }
    public string? ClaimUserName { get; set; }
    public DateTimeOffset? ClaimExpiresAt { get; set; }
    public DateTimeOffset? ClaimedAt { get; set; }

    /// <summary>Rises with every claim and never falls: fences decisions of earlier holders.</summary>
    public long Token { get; set; }

    public string? AssigneeId { get; set; }
    public string? AssigneeName { get; set; }

    /// <summary>Until when it is the assignee's alone; null = for good.</summary>
    public DateTimeOffset? AssignedUntil { get; set; }

    /// <summary>Put aside: not handed out to the assignee either.</summary>
    public bool IsOnHold { get; set; }

    /// <summary>Users who may not claim it, each between two bars: <c>|id|id|</c>; empty for none.</summary>
    public string Excluded { get; set; } = "";

    public string? Note { get; set; }

    /// <summary>The golden item it was made from.</summary>
    public Guid? OriginId { get; set; }

    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>When the decision takes effect.</summary>
    public DateTimeOffset? EffectiveAt { get; set; }

    /// <summary>When it did; null while it can be taken back.</summary>
    public DateTimeOffset? SettledAt { get; set; }

    /// <summary>What webhooks were told about its waiting time, as its number.</summary>
    public SlaStep SlaTold { get; set; }

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
            builder.Property(i => i.Kind).HasConversion<string>().HasDefaultValue(ReviewKind.Flagged).HasSentinel(ReviewKind.Flagged);
            builder.Property(i => i.Queue).HasDefaultValue(ReviewQueues.Other);
            builder.Property(i => i.SlaTold).HasDefaultValue(SlaStep.None).HasSentinel(SlaStep.None);
            builder.Property(i => i.Excluded).HasDefaultValue("");
            builder.HasIndex(i => i.RunId, "IX_ReviewItems_Open").IsUnique().HasFilter("\"State\" IN ('Waiting', 'Claimed') AND \"Kind\" = 'Flagged'");
            builder.HasIndex(i => i.RunId, "IX_ReviewItems_RunId");
            builder.HasIndex(i => new { i.State, i.Severity, i.CreatedAt });
            builder.HasIndex(i => i.EffectiveAt).HasFilter("\"State\" = 'Decided' AND \"SettledAt\" IS NULL");
            builder.HasIndex(i => i.DecidedAt);
        }
    }
}
