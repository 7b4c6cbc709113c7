using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Framevet.Data;

/// <summary>The model on SQLite. Times are UTC ticks: SQLite has no time type, and integers sort and compare.</summary>
public sealed class SqliteFramevetDb(DbContextOptions<SqliteFramevetDb> options) : FramevetDb(options)
{
    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicksColumn>();
    }

    /// <summary>What dotnet-ef uses; no database is opened for making migrations.</summary>
    internal sealed class DesignTime : IDesignTimeDbContextFactory<SqliteFramevetDb>
    {
        public SqliteFramevetDb CreateDbContext(string[] args) =>
            new(new DbContextOptionsBuilder<SqliteFramevetDb>().UseSqlite("Data Source=:memory:").Options);
    }
}
