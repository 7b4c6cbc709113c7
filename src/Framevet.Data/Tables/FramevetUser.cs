using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Framevet.Data.Tables;

/// <summary>An account. Roles and password are Identity's; a deactivated account cannot sign in, its runs and words stay.</summary>
public sealed class FramevetUser : IdentityUser
{
    /// <summary>Name shown to others; the user name when empty.</summary>
    public string DisplayName { get; set; } = "";

    /// <summary>Whether the account may sign in and its API keys work.</summary>
    public bool IsActive { get; set; } = true;

    /// <summary>When the account was made (UTC).</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Last sign of life (UTC), kept to the minute or so; null = never signed in.</summary>
    public DateTimeOffset? LastSeenAt { get; set; }

    /// <summary>Limits of this account beside those of its roles, as JSON; null = only those of its roles.</summary>
    public string? Quota { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<FramevetUser>
    {
        public void Configure(EntityTypeBuilder<FramevetUser> builder)
        {
            builder.ToTable("Users");
            builder.Property(u => u.DisplayName).HasMaxLength(200);
        }
    }
}
