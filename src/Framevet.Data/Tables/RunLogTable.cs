using Framevet.Pipeline.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A line of a run's log.</summary>
internal sealed class RunLogTable
{
    public long Id { get; set; }
    public required RunId RunId { get; set; }
    public required DateTimeOffset At { get; set; }
    public required RunLogLevel Level { get; set; }
    public required string Text { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<RunLogTable>
    {
        public void Configure(EntityTypeBuilder<RunLogTable> builder)
        {
            builder.ToTable("RunLog");
            builder.HasOne<RunTable>().WithMany().HasForeignKey(l => l.RunId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(l => new { l.RunId, l.Id });
        }
    }
}
