using Framevet.Pipeline.Culling;
using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>An act of culling. Rows are only added: an undo is a row of its own that names what it takes back.</summary>
internal sealed class MarkOpTable
{
    public long Id { get; set; }
    public required RunId RunId { get; set; }
    public required string ById { get; set; }
    public required string ByName { get; set; }

    /// <summary>The client's name for it; sending it again does nothing.</summary>
    public required string Key { get; set; }

    public required DateTimeOffset At { get; set; }
    public required MarkOrderKind Kind { get; set; }

    /// <summary>What an undo or redo is about.</summary>
    public long? Target { get; set; }

    /// <summary>Frames that it changed.</summary>
    public required int Changed { get; set; }

    /// <summary>In words.</summary>
    public string? Text { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<MarkOpTable>
    {
        public void Configure(EntityTypeBuilder<MarkOpTable> builder)
        {
            builder.ToTable("MarkOps");
            builder.HasKey(o => o.Id);
            builder.Property(o => o.Key).HasMaxLength(64);
            builder.HasOne<RunTable>().WithMany().HasForeignKey(o => o.RunId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(o => new { o.ById, o.Key }).IsUnique();
            builder.HasIndex(o => new { o.RunId, o.ById, o.Id });
        }
    }
}

/// <summary>What an act of culling did to one frame: before and after.</summary>
internal sealed class MarkChangeTable
{
    public required long OpId { get; set; }
    public required long Pts { get; set; }
    public required int StarsBefore { get; set; }
    public required int StarsAfter { get; set; }
    public required MarkFlag FlagBefore { get; set; }
    public required MarkFlag FlagAfter { get; set; }
    public required int ColourBefore { get; set; }
    public required int ColourAfter { get; set; }
    public required string TagsBefore { get; set; }
    public required string TagsAfter { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<MarkChangeTable>
    {
        public void Configure(EntityTypeBuilder<MarkChangeTable> builder)
        {
            builder.ToTable("MarkChanges");
            builder.HasKey(c => new { c.OpId, c.Pts });
            builder.HasOne<MarkOpTable>().WithMany().HasForeignKey(c => c.OpId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
