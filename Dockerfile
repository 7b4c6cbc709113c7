# syntax=docker/dockerfile:1
ARG DOTNET_VERSION=10.0

FROM mcr.microsoft.com/dotnet/sdk:${DOTNET_VERSION} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends nodejs npm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source

# Packages first: this layer is rebuilt only when a reference changes.
COPY global.json Directory.Build.props Directory.Build.targets Directory.Packages.props .editorconfig package.json package-lock.json .npmrc ./
COPY build/ build/
COPY src/Framevet.Pipeline/Framevet.Pipeline.csproj src/Framevet.Pipeline/packages.lock.json src/Framevet.Pipeline/
COPY src/Framevet.Data/Framevet.Data.csproj src/Framevet.Data/packages.lock.json src/Framevet.Data/
COPY src/Framevet.Web/Framevet.Web.csproj src/Framevet.Web/packages.lock.json src/Framevet.Web/
ARG PACKAGE_FEED=partial
ENV PackageFeed=${PACKAGE_FEED}
RUN npm ci --ignore-scripts && dotnet restore src/Framevet.Web

COPY models/ models/
COPY src/ src/
COPY wwwroot-assets/ wwwroot-assets/
RUN dotnet publish src/Framevet.Web -c Release --no-restore -o /app


FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET_VERSION}
# The base image is Ubuntu, where Debian's libturbojpeg0 is called libturbojpeg. curl is for the health check;
# yt-dlp reads links to sites and wants a JavaScript runtime. Sites change: rebuild the image now and then.
RUN apt-get update \
    && apt-get install -y --no-install-recommends curl ffmpeg libsqlite3-0 libturbojpeg nodejs python3-pip \
    && pip3 install --break-system-packages --no-cache-dir "yt-dlp[default]" \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o "$APP_UID" -g "$APP_UID" /data
WORKDIR /app
COPY --from=build /app ./

ENV ASPNETCORE_HTTP_PORTS=8080 \
    Framevet__DataFolder=/data
# The image's unprivileged user.
USER $APP_UID
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD curl --fail --silent --output /dev/null http://127.0.0.1:8080/healthz
ENTRYPOINT ["dotnet", "Framevet.Web.dll"]
