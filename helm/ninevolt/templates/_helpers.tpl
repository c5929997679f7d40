{{- /* 45 characters leave room for what is put behind it: names of services may have 63, of stateful sets 52. */ -}}
{{- define "ninevolt.fullname" -}}
{{- $name := .Values.fullnameOverride | default (ternary .Release.Name (printf "%s-ninevolt" .Release.Name) (contains "ninevolt" .Release.Name)) -}}
{{- $name | replace "." "-" | trunc 45 | trimSuffix "-" -}}
{{- end -}}

{{- /* Of the processes of 9volt. etcd and the test have another name, so that whoever selects all of 9volt's does not get theirs. */ -}}
{{- define "ninevolt.selectorLabels" -}}
app.kubernetes.io/name: ninevolt
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "ninevolt.etcdSelectorLabels" -}}
app.kubernetes.io/name: etcd
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: etcd
{{- end -}}

{{- define "ninevolt.commonLabels" -}}
app.kubernetes.io/part-of: ninevolt
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "ninevolt.labels" -}}
{{ include "ninevolt.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
{{ include "ninevolt.commonLabels" . }}
{{- end -}}

{{- /* What makes the users of etcd. */ -}}
{{- define "ninevolt.accessSelectorLabels" -}}
app.kubernetes.io/name: etcd
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/component: access
{{- end -}}

{{- define "ninevolt.etcdLabels" -}}
{{ include "ninevolt.etcdSelectorLabels" . }}
{{ include "ninevolt.commonLabels" . }}
{{- end -}}

{{- define "ninevolt.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ with .Values.image.digest }}@{{ . }}{{ end }}
{{- end -}}

{{- /* With fping and the plugins of Nagios. */ -}}
{{- define "ninevolt.pluginsImage" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}-worker-plugins{{ with .Values.image.pluginsDigest }}@{{ . }}{{ end }}
{{- end -}}

{{- define "ninevolt.tokensSecret" -}}
{{ .Values.accessTokens.existingSecret | default (printf "%s-tokens" (include "ninevolt.fullname" .)) }}
{{- end -}}

{{- /* Of the token that Prometheus shows. */ -}}
{{- define "ninevolt.metricsSecret" -}}
{{ .Values.accessTokens.existingSecret | default (printf "%s-metrics-token" (include "ninevolt.fullname" .)) }}
{{- end -}}

{{- define "ninevolt.etcdName" -}}
{{ printf "%s-etcd" (include "ninevolt.fullname" .) }}
{{- end -}}

{{- /*
Whether the chart's etcd has TLS and users. Members of a release that was installed without do not find each other with it, for the addresses of
before stand in their data: it keeps what it has, unless it is told.
*/ -}}
{{- define "ninevolt.etcdTls" -}}
{{- if .Values.etcd.enabled -}}
{{- if eq .Values.etcd.tls "always" -}}
true
{{- else if eq .Values.etcd.tls "auto" -}}
{{- if or .Release.IsInstall (lookup "v1" "Secret" .Release.Namespace (printf "%s-tls-etcd" (include "ninevolt.etcdName" .))) -}}
true
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "ninevolt.etcdScheme" -}}
{{ ternary "https" "http" (eq (include "ninevolt.etcdTls" .) "true") }}
{{- end -}}

{{- define "ninevolt.etcdMembers" -}}
{{- if .Values.etcd.enabled -}}
{{- $name := include "ninevolt.etcdName" . -}}
{{- $scheme := include "ninevolt.etcdScheme" . -}}
{{- $members := list -}}
{{- range $n := until (int .Values.etcd.replicas) -}}
{{- $members = append $members (printf "%s://%s-%d.%s:2379" $scheme $name $n $name) -}}
{{- end -}}
{{ join "," $members }}
{{- else -}}
{{ required "etcd.external.members: expected the addresses of an etcd, since etcd.enabled is false" (join "," .Values.etcd.external.members) }}
{{- end -}}
{{- end -}}

{{- define "ninevolt.publicUrl" -}}
{{- if .Values.publicUrl -}}
{{ .Values.publicUrl }}
{{- else if .Values.ingress.enabled -}}
{{ ternary "https" "http" (not (empty .Values.ingress.tlsSecret)) }}://{{ .Values.ingress.host }}
{{- end -}}
{{- end -}}

{{- define "ninevolt.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
# Whoever has gone through a volume once need not do so at every start; and etcd keeps its directory to itself.
fsGroupChangePolicy: OnRootMismatch
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "ninevolt.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- /* What every pod has, of 9volt or not. */ -}}
{{- define "ninevolt.podDefaults" -}}
serviceAccountName: {{ include "ninevolt.fullname" . }}
automountServiceAccountToken: false
# The variables that tell of every service of the namespace are of no use here, and may be taken for settings.
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
securityContext:
  {{- include "ninevolt.podSecurityContext" . | nindent 2 }}
{{- end -}}

{{- /* Over nodes and zones as far as there are any: a cluster of one node runs it all the same. Takes the labels of the pods. */ -}}
{{- define "ninevolt.spread" -}}
{{- $labels := . -}}
topologySpreadConstraints:
{{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- $labels | nindent 8 }}
{{- end }}
{{- end -}}

{{- /* Where pods may run. Takes what has nodeSelector, affinity and tolerations. */ -}}
{{- define "ninevolt.placement" -}}
{{- with pick . "nodeSelector" "affinity" "tolerations" -}}
{{- range $key, $value := . }}
{{- if $value }}
{{ $key }}:
  {{- toYaml $value | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
