using Framevet.Pipeline.Decode;
using Framevet.Pipeline.Runs;
using Framevet.Pipeline.Segments;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A stretch of a run's file that one of several workers measures; gone when the run's frames are stored. Stamps are in the stream's time base, times those of the database's clock.</summary>
internal sealed class RunSegmentTable
{
    public required RunId RunId { get; set; }
    public required int Number { get; set; }
    public long FromPts { get; set; }
    public long? ToPts { get; set; }
    public long OriginPts { get; set; }
    public long? BeforePts { get; set; }
    public long? KeyBeforePts { get; set; }
    public int FirstIndex { get; set; }
    public int Frames { get; set; }

    /// <summary>Version of the program that planned it.</summary>
    public required string Version { get; set; }

    public SegmentState State { get; set; }

    /// <summary>Node that has it, or had it last.</summary>
    public string? Node { get; set; }

    /// <summary>Rises each time somebody takes it.</summary>
    public long LeaseToken { get; set; }

    public DateTimeOffset? LeaseUntil { get; set; }
    public int Attempt { get; set; }

    /// <summary>Pictures decoded so far.</summary>
    public long Seen { get; set; }

    /// <summary>What the keys of its result begin with.</summary>
    public string? ResultKey { get; set; }

    public string? Facts { get; set; }
    public string? Trouble { get; set; }

    public SegmentRow ToRow(DateTimeOffset now) => new(
        new Segment(Number, FromPts, ToPts, FirstIndex, Frames) { Origin = OriginPts, Before = BeforePts, KeyBefore = KeyBeforePts },
        State, Node, Attempt, Seen, State == SegmentState.Working && LeaseUntil < now, ResultKey,
        Facts is null ? null : RowJson.Read<SegmentFacts>(Facts), Trouble is null ? null : RowJson.Read<SegmentTrouble>(Trouble), Version);

    internal sealed class Configuration : IEntityTypeConfiguration<RunSegmentTable>
    {
        public void Configure(EntityTypeBuilder<RunSegmentTable> builder)
        {
            builder.ToTable("RunSegments");
            builder.HasKey(s => new { s.RunId, s.Number });
            builder.Property(s => s.Version).HasMaxLength(60);
            builder.Property(s => s.State).HasConversion<string>().HasMaxLength(20);
            builder.Property(s => s.Node).HasMaxLength(100);
            builder.Property(s => s.ResultKey).HasMaxLength(200);
            builder.HasOne<RunTable>().WithMany().HasForeignKey(s => s.RunId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
