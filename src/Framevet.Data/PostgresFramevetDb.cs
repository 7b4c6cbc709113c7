using Framevet.Data.Engines;
using Framevet.Data.Tables;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Framevet.Data;

/// <summary>The model on PostgreSQL. All text sorts by code point, as on SQLite, whatever the language of the server.</summary>
public sealed class PostgresFramevetDb(DbContextOptions<PostgresFramevetDb> options) : FramevetDb(options)
{
    /// <summary>Name of the collation by code point.</summary>
    private const string ByCodePoint = "C";

    internal override SqlDialect Dialect => PostgresDialect.Instance;

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.HasDbFunction(() => Upper("")).HasName("framevet_upper");

        // Lists put frames without a score last, which is not where a falling order has them here by itself.
        builder.Entity<FrameTable>().HasIndex(f => new { f.RunId, f.State, f.Quality, f.Pts }).HasNullSortOrder(NullSortOrder.Unspecified, NullSortOrder.Unspecified, NullSortOrder.NullsLast, NullSortOrder.Unspecified);
        builder.Entity<FrameTable>().HasIndex(f => new { f.RunId, f.Quality, f.Pts }).HasNullSortOrder(NullSortOrder.Unspecified, NullSortOrder.NullsLast, NullSortOrder.Unspecified);
        foreach (var property in builder.Model.GetEntityTypes().SelectMany(t => t.GetProperties()))
        {
            if ((property.GetValueConverter()?.ProviderClrType ?? property.GetProviderClrType() ?? property.ClrType) == typeof(string))
            {
                // SQLite minds no lengths, so nothing here counts on the database for them.
                property.SetColumnType("text");
                property.SetCollation(ByCodePoint);
            }
        }
    }

    /// <summary>What dotnet-ef uses; no server is asked for making migrations.</summary>
    internal sealed class DesignTime : IDesignTimeDbContextFactory<PostgresFramevetDb>
    {
        public PostgresFramevetDb CreateDbContext(string[] args)
        {
            var builder = new DbContextOptionsBuilder<PostgresFramevetDb>();
            builder.UseNpgsql("Host=localhost");
            return new PostgresFramevetDb(builder.Options);
        }
    }
}
