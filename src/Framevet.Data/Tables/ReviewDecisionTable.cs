using Framevet.Pipeline.Moderation;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>Words of people on an item, escalations included; the last one of a decided item is final.</summary>
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

    internal sealed class Configuration : IEntityTypeConfiguration<ReviewDecisionTable>
    {
        public void Configure(EntityTypeBuilder<ReviewDecisionTable> builder)
        {
            builder.ToTable("ReviewDecisions");
            builder.HasOne<ReviewItemTable>().WithMany().HasForeignKey(d => d.ItemId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}
