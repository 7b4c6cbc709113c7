using Framevet.Pipeline;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A run. The owner is no foreign key: the system itself owns runs too.</summary>
internal sealed class RunTable
{
    public required RunId Id { get; set; }
    public required string OwnerId { get; set; }
    public required string SourceName { get; set; }
    public required string MediaSha256 { get; set; }
    public required string RecipeName { get; set; }
    public int Priority { get; set; }
    public required RunState State { get; set; }
    public required string Reason { get; set; }
    public FailureCode? Failure { get; set; }
    public string? FailureDetail { get; set; }

    /// <summary>Times a worker took it up since it was last queued from the start.</summary>
    public int Attempt { get; set; }

    public required DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset? StartedAt { get; set; }
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Last sign of life of the worker that has it.</summary>
    public DateTimeOffset? HeartbeatAt { get; set; }

    /// <summary>The node that has it in hand.</summary>
    public string? Worker { get; set; }

    /// <summary>Rises each time somebody takes it in hand; see <see cref="RunLease"/>.</summary>
    public long LeaseToken { get; set; }

    /// <summary>When the worker counts as gone, by the clock of the database.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>The group of work whose nodes take it; null = nobody has said yet, and nobody takes it.</summary>
    public string? WorkGroup { get; set; }

    /// <summary>Before this nobody takes it again, by the clock of the database.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>Times that act two did not come to its end.</summary>
    public int FinishTries { get; set; }

    /// <summary>Rises with every stored change; each changed frame takes a number of its own.</summary>
    public long Revision { get; set; }

    /// <summary>Funnel as JSON.</summary>
    public required string Funnel { get; set; }

    /// <summary>Snapshot of the recipe as JSON.</summary>
    public required string Recipe { get; set; }

    /// <summary>Everything of it stays.</summary>
    public bool IsKept { get; set; }

    /// <summary>A legal hold.</summary>
    public bool IsHeld { get; set; }

    public string? HoldNote { get; set; }
    public DateTimeOffset? PicturesRemovedAt { get; set; }
    public DateTimeOffset? EvidenceRemovedAt { get; set; }
    public DateTimeOffset? LogRemovedAt { get; set; }

    public MediaTable? Media { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<RunTable>
    {
        public void Configure(EntityTypeBuilder<RunTable> builder)
        {
            builder.ToTable("Runs");
            builder.HasKey(r => r.Id);
            builder.HasOne(r => r.Media).WithMany().HasForeignKey(r => r.MediaSha256).OnDelete(DeleteBehavior.Restrict);
            builder.HasIndex(r => r.CreatedAt);
            builder.HasIndex(r => new { r.State, r.CreatedAt });
            builder.HasIndex(r => new { r.OwnerId, r.State, r.CreatedAt });

            // Whose turn it is.
            builder.HasIndex(r => new { r.OwnerId, r.StartedAt });
        }
    }
}
