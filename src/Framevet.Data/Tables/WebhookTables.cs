using Framevet.Pipeline.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>An address that wants news.</summary>
internal sealed class WebhookTargetTable
{
    public required Guid Id { get; set; }
    public required string Name { get; set; }
    public required string Address { get; set; }

    /// <summary>Sealed: needed as it is for signing, and readable for the server alone.</summary>
    public required string Secret { get; set; }

    /// <summary>Kinds, joined by commas.</summary>
    public required string Kinds { get; set; }

    public required bool IsActive { get; set; }
    public required string CreatedBy { get; set; }
    public required DateTimeOffset CreatedAt { get; set; }

    public WebhookTarget ToTarget(string? secret) => new(Id, Name, new Uri(Address), secret, [.. Kinds.Split(',')], IsActive, CreatedBy, CreatedAt);

    internal sealed class Configuration : IEntityTypeConfiguration<WebhookTargetTable>
    {
        public void Configure(EntityTypeBuilder<WebhookTargetTable> builder)
        {
            builder.ToTable("WebhookTargets");
            builder.HasKey(t => t.Id);
            builder.Property(t => t.Id).ValueGeneratedNever();
        }
    }
}

/// <summary>One piece of news for one address.</summary>
internal sealed class WebhookDeliveryTable
{
    public long Id { get; set; }
    public required Guid TargetId { get; set; }
    public required string EventId { get; set; }
    public required string Kind { get; set; }
    public required string Body { get; set; }
    public required WebhookState State { get; set; }
    public required int Attempts { get; set; }
    public required DateTimeOffset CreatedAt { get; set; }
    public required DateTimeOffset FirstDueAt { get; set; }
    public DateTimeOffset? NextAt { get; set; }
    public DateTimeOffset? LastAt { get; set; }
    public int? LastStatus { get; set; }
    public string? LastError { get; set; }

    public WebhookDelivery ToDelivery() => new(Id, TargetId, EventId, Kind, Body, State, Attempts, CreatedAt, FirstDueAt, NextAt, LastAt, LastStatus, LastError);

    internal sealed class Configuration : IEntityTypeConfiguration<WebhookDeliveryTable>
    {
        public void Configure(EntityTypeBuilder<WebhookDeliveryTable> builder)
        {
            builder.ToTable("WebhookDeliveries");
            builder.HasOne<WebhookTargetTable>().WithMany().HasForeignKey(d => d.TargetId).OnDelete(DeleteBehavior.Cascade);
            builder.HasIndex(d => new { d.TargetId, d.EventId }).IsUnique();
            builder.HasIndex(d => new { d.State, d.NextAt });
            builder.HasIndex(d => d.CreatedAt);
        }
    }
}
