using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>What a node told the others, for as long as one of them may have to catch up. On one process it stays empty.</summary>
internal sealed class ClusterNewsTable
{
    public long Seq { get; set; }

    /// <summary>When it was told, by the clock of the database.</summary>
    public required DateTimeOffset At { get; set; }

    public required string Node { get; set; }
    public required string Topic { get; set; }
    public required string Body { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ClusterNewsTable>
    {
        public void Configure(EntityTypeBuilder<ClusterNewsTable> builder)
        {
            builder.ToTable("ClusterNews");
            builder.HasKey(n => n.Seq);
            builder.HasIndex(n => n.At);
        }
    }
}
