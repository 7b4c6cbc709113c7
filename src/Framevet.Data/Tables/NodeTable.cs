using Framevet.Data.Cluster;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>A server process that works on this database. All times by the clock of the database.</summary>
internal sealed class NodeTable
{
    public required string Id { get; set; }
    public required string Role { get; set; }

    /// <summary>Groups of work that it takes, with their limits, as people read it: <c>io 1, cpu 2</c>.</summary>
    public required string Groups { get; set; }

    public required string Version { get; set; }
    public required DateTimeOffset StartedAt { get; set; }
    public required DateTimeOffset SeenAt { get; set; }

    /// <summary>By how many milliseconds the database's clock is ahead of the node's.</summary>
    public double SkewMs { get; set; }

    public NodeWish Wish { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<NodeTable>
    {
        public void Configure(EntityTypeBuilder<NodeTable> builder)
        {
            builder.ToTable("Nodes");
            builder.HasKey(n => n.Id);
            builder.Property(n => n.Id).HasMaxLength(100);
            builder.Property(n => n.Wish).HasConversion<string>().HasMaxLength(20);
        }
    }
}
