using Framevet.Data.Engines;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Framevet.Data;

/// <summary>The model on SQLite.</summary>
public sealed class SqliteFramevetDb(DbContextOptions<SqliteFramevetDb> options) : FramevetDb(options)
{
    internal override SqlDialect Dialect => SqliteDialect.Instance;

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        // Replaced in every session, see SqliteSession.
        builder.HasDbFunction(() => Upper("")).HasName("upper").IsBuiltIn();
    }

    /// <summary>What dotnet-ef uses; no database is opened for making migrations.</summary>
    internal sealed class DesignTime : IDesignTimeDbContextFactory<SqliteFramevetDb>
    {
        public SqliteFramevetDb CreateDbContext(string[] args) =>
            new(new DbContextOptionsBuilder<SqliteFramevetDb>().UseSqlite("Data Source=:memory:").Options);
    }
}
