-- name: of_alert
select * from alert_closing_records where id = $1
