using Framevet.Data.Queries;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A sampled frame. Narrow columns first: SQLite reads a row from its beginning.</summary>
internal sealed class FrameTable
{
    /// <summary>Id of the score that has a column of its own because lists sort by it.</summary>
    public const string QualityScore = "quality";

    public required RunId RunId { get; set; }

    /// <summary>PTS in the media's stream time base; with the run the identity of the frame.</summary>
    public required long Pts { get; set; }

    /// <summary>Follows from losses, verdict and rank; kept in step by every write.</summary>
    public required FrameState State { get; set; }

    /// <summary>Whether the current verdict allows the frame to be seen.</summary>
    public required bool IsAllowed { get; set; }

    /// <summary>Rank from 1 among the picks; null = not picked.</summary>
    public int? Rank { get; set; }

    /// <summary>Copy of the score <see cref="QualityScore"/>.</summary>
    public double? Quality { get; set; }

    /// <summary>Number the run's revision had when this row last changed; unique within the run.</summary>
    public required long Revision { get; set; }

    public required int Index { get; set; }
    public required double Seconds { get; set; }
    public required int TimeBaseNum { get; set; }
    public required int TimeBaseDen { get; set; }

    /// <summary>The 64 bits of the perceptual hash, reinterpreted as signed.</summary>
    public required long Fingerprint { get; set; }

    public string? ThumbKey { get; set; }

    /// <summary>Why the selector picked it.</summary>
    public string? PickReason { get; set; }

    /// <summary>Finite scores by metric id as a JSON object.</summary>
    public required string Scores { get; set; }

    /// <summary>Losses in stage order as a JSON array.</summary>
    public required string Losses { get; set; }

    /// <summary>Current verdict as JSON; null = not judged.</summary>
    public string? Verdict { get; set; }

    /// <summary>What models found as JSON; null = nobody looked. Last, since lists do without it.</summary>
    public string? Detections { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<FrameTable>
    {
        public void Configure(EntityTypeBuilder<FrameTable> builder)
        {
            builder.ToTable("Frames");
            builder.HasKey(f => new { f.RunId, f.Pts });
            builder.HasOne<RunTable>().WithMany().HasForeignKey(f => f.RunId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(f => new { f.RunId, f.Revision });
            builder.HasIndex(f => new { f.RunId, f.State, f.Quality, f.Pts }).IsDescending(false, false, true, false);
            builder.HasIndex(f => new { f.RunId, f.Quality, f.Pts }).IsDescending(false, true, false);
            builder.HasIndex(f => new { f.RunId, f.Rank }).HasFilter("\"Rank\" IS NOT NULL");
        }
    }
}
