using Framevet.Pipeline.Moderation;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>Words of people on an item, escalations, reversals and those taken back included.</summary>
internal sealed class ReviewDecisionTable
{
    public long Id { get; set; }
    public required Guid ItemId { get; set; }
    public required Decision Decision { get; set; }
    public required string Label { get; set; }
    public string? Note { get; set; }
    public required string UserId { get; set; }
    public required string UserName { get; set; }
    public required DateTimeOffset At { get; set; }

    /// <summary>Id of a reason, see <see cref="Pipeline.Review.ReviewReason"/>; empty in rows older than reasons.</summary>
    public string Reason { get; set; } = "";

    /// <summary>From claim to word; null when unknown.</summary>
    public double? Seconds { get; set; }

    /// <summary>Whether the item was decided by it: false for escalations and for one of several words.</summary>
    public bool IsFinal { get; set; } = true;

    public bool IsReversal { get; set; }

    /// <summary>When its author took it back.</summary>
    public DateTimeOffset? UndoneAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ReviewDecisionTable>
    {
        public void Configure(EntityTypeBuilder<ReviewDecisionTable> builder)
        {
            builder.ToTable("ReviewDecisions");
            builder.Property(d => d.Reason).HasDefaultValue("");
            builder.HasIndex(d => new { d.UserId, d.At });
            builder.HasIndex(d => d.At);
            builder.HasOne<ReviewItemTable>().WithMany().HasForeignKey(d => d.ItemId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
