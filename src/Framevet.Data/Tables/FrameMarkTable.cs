using System.Collections.Immutable;
using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>What people marked on a frame. It belongs to the run and the PTS, not to the frame's row: vetting the file again keeps it.</summary>
internal sealed class FrameMarkTable
{
    public required RunId RunId { get; set; }
    public required long Pts { get; set; }

    /// <summary>0..5.</summary>
    public required int Stars { get; set; }

    public required MarkFlag Flag { get; set; }

    /// <summary>0 = none, 1..4.</summary>
    public required int Colour { get; set; }

    /// <summary>As <see cref="TagText"/> writes them.</summary>
    public required string Tags { get; set; }

    public required string ById { get; set; }
    public required string ByName { get; set; }
    public required DateTimeOffset At { get; set; }

    /// <summary>Number the run's revision had when this row last changed; unique within the run.</summary>
    public required long Revision { get; set; }

    public FrameMark ToMark() => new(Pts, Stars, Flag, Colour, TagText.Read(Tags), ByName, At, Revision);

    internal sealed class Configuration : IEntityTypeConfiguration<FrameMarkTable>
    {
        public void Configure(EntityTypeBuilder<FrameMarkTable> builder)
        {
            builder.ToTable("FrameMarks");
            builder.HasKey(m => new { m.RunId, m.Pts });
            builder.HasOne<RunTable>().WithMany().HasForeignKey(m => m.RunId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(m => new { m.RunId, m.Revision });
        }
    }
}

/// <summary>Tags of a frame in one column: <c>|sky|hero shot|</c>, in the order they were put on; empty for none.</summary>
internal static class TagText
{
    public static ImmutableArray<string> Read(string text) => [.. text.Split('|', StringSplitOptions.RemoveEmptyEntries)];

    public static string Write(IEnumerable<string> tags) => string.Join('|', tags) is { Length: > 0 } text ? $"|{text}|" : "";

    /// <summary>The column after taking some tags off and putting others on.</summary>
    public static string Change(string? text, string? add, string? remove)
    {
        var gone = Read(remove ?? "");
        var kept = Read(text ?? "").Where(t => !gone.Contains(t)).ToList();
        return Write([.. kept, .. Read(add ?? "").Where(t => !kept.Contains(t))]);
    }
}
